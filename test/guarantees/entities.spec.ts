import { describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { useApi } from '../harness/api.js';

interface ColumnRow {
  readonly column_name: string;
  readonly data_type: string;
  readonly is_nullable: 'YES' | 'NO';
}

const longNames: Record<string, string> = { timestamptz: 'timestamp with time zone' };

describe('the rows as the code knows them', () => {
  const api = useApi();

  it('are the tables as the migrations made them: column by column, with type and nullability', async () => {
    const { entityMetadatas } = api.get(DataSource);
    expect(entityMetadatas.length).toBeGreaterThan(0);
    for (const { tableName, columns } of entityMetadatas) {
      const there = await api.database.look<ColumnRow>(
        `SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = $1`,
        [tableName],
      );
      const known = columns.map(({ databaseName, type, isNullable, isArray }) => ({
        column_name: databaseName,
        data_type: isArray ? 'ARRAY' : (longNames[String(type)] ?? String(type)),
        is_nullable: isNullable ? 'YES' : 'NO',
      }));
      const byName = (a: ColumnRow, b: ColumnRow) => a.column_name.localeCompare(b.column_name);
      expect([tableName, (known as ColumnRow[]).toSorted(byName)]).toEqual([tableName, there.toSorted(byName)]);
    }
  });
});

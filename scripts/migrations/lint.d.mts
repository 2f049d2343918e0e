interface Migration {
  // oxlint-disable-next-line typescript/no-explicit-any -- a test brings a runner of its own
  up(runner: any): Promise<void>;
}

export function sqlOf(migration: Migration): Promise<string>;
export function lint(sql: string, isInTransaction?: boolean): string[];

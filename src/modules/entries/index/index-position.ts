import type { EntryId } from '../entries.schema.js';

/** A place among entries: newest day first, those without a day last, then newest id. */
export interface IndexPosition {
  readonly date: string | null;
  readonly id: EntryId;
}

/** Whether an entry is older than another. */
export const isBehind = ({ date, id }: IndexPosition, other: IndexPosition): boolean =>
  (date ?? '') === (other.date ?? '') ? id < other.id : (date ?? '') < (other.date ?? '');

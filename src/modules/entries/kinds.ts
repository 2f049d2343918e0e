import { z } from 'zod';

const LINE = z.string().min(1).max(1_000);
const TEXT = z.string().min(1).max(10_000);
const lines = z.array(LINE).max(20);

/** A question of a kind: the field of `data` that its answer goes into, and how it is usually asked. */
interface Question {
  readonly field: string;
  readonly question: string;
}

interface Kind {
  readonly title: string;
  readonly description: string;
  /** What `data` may have; null where a kind is free text alone. */
  readonly data: z.ZodObject | null;
  readonly questions: readonly Question[];
}

const freeText = (title: string, description: string): Kind => ({ title, description, data: null, questions: [] });

/** A kind with questions: each field with its schema and its question. */
function structured(
  title: string,
  description: string,
  fields: Readonly<Record<string, readonly [z.ZodType, string]>>,
): Kind {
  const entries = Object.entries(fields);
  return {
    title,
    description,
    data: z.strictObject(Object.fromEntries(entries.map(([field, [schema]]) => [field, schema.optional()]))),
    questions: entries.map(([field, [, question]]) => ({ field, question })),
  };
}

/** The kinds of entries. A name that was given once is never taken away: entries have it. */
export const kinds = {
  diary: freeText('Diary', 'What happened, and how it was'),
  morning_pages: structured('Morning pages', 'Whatever comes to mind, first thing in the day', {
    minutes: [z.int().min(0).max(1_440), 'How long did you write?'],
    word_goal: [z.int().min(1).max(100_000), 'How many words did you want to write?'],
    on_my_mind: [TEXT, 'What is on your mind?'],
    letting_go: [TEXT, 'What do you want to leave behind today?'],
    intention: [TEXT, 'What would make today a good day?'],
  }),
  daily_reflection: structured('Daily reflection', 'A look back in the evening', {
    went_well: [lines, 'What went well today?'],
    went_badly: [lines, 'What did not go well?'],
    learned: [TEXT, 'What did you learn?'],
    grateful_for: [lines, 'What are you grateful for?'],
    tomorrow: [TEXT, 'What matters most tomorrow?'],
    energy: [z.int().min(1).max(5), 'How much energy did you have, from 1 to 5?'],
  }),
  weekly_review: structured('Weekly review', 'A look back at the week, and ahead', {
    highlights: [lines, 'What were the highlights of the week?'],
    challenges: [lines, 'What was hard?'],
    lessons: [TEXT, 'What did the week teach you?'],
    progress: [TEXT, 'How far did you come with what you had in mind?'],
    next_week: [lines, 'What do you want to do next week?'],
    rating: [z.int().min(1).max(10), 'How was the week, from 1 to 10?'],
  }),
  capture: freeText('Capture', 'A thought, caught before it is gone'),
  gratitude: freeText('Gratitude', 'What was good'),
  dream: freeText('Dream', 'What the night brought'),
  note: freeText('Note', 'Something to keep'),
} as const satisfies Record<string, Kind>;

export type EntryKind = keyof typeof kinds;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the object above
export const EntryKind = z.enum(Object.keys(kinds) as [EntryKind, ...EntryKind[]]);

export const KindListView = z
  .object({
    data: z.array(
      z.object({
        kind: EntryKind,
        title: z.string(),
        description: z.string(),
        questions: z.array(z.object({ field: z.string(), question: z.string() })),
        data_schema: z
          .record(z.string(), z.unknown())
          .nullable()
          .describe('JSON Schema (2020-12) of data; null where there is none'),
      }),
    ),
    next_cursor: z.null(),
  })
  .meta({ id: 'EntryKindList', examples: { any: { summary: 'All kinds', value: kindList() } } });

/** What `GET /entries/kinds` answers. */
export function kindList() {
  return {
    data: Object.entries(kinds).map(([kind, { title, description, questions, data }]) => ({
      kind: EntryKind.parse(kind),
      title,
      description,
      questions: [...questions],
      data_schema: data && { ...z.toJSONSchema(data, { target: 'draft-2020-12' }) },
    })),
    next_cursor: null,
  };
}

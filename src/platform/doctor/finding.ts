/** Something that is wrong, and what its operator can do about it. */
export interface Fault {
  readonly what: string;
  readonly remedy: string;
}

/** What a check came to. */
export interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'fault' | 'skipped';
  /** One sentence or less; never a secret. */
  readonly detail: string;
  readonly remedy?: string;
}

/** One thing that must hold. Answers what it saw, or what is wrong; throws when it could not look. */
export interface Check<Subject> {
  readonly name: string;
  /** What to do when it could not look. */
  readonly remedy: string;
  look(subject: Subject): Promise<string | Fault[]>;
}

/** Runs one check to its finding. */
export async function find<Subject>({ name, remedy, look }: Check<Subject>, subject: Subject): Promise<Finding> {
  try {
    const seen = await look(subject);
    if (typeof seen === 'string') return { name, state: 'ok', detail: seen };
    return {
      name,
      state: 'fault',
      detail: seen.map(({ what }) => what).join('; '),
      remedy: seen.map((fault) => fault.remedy).join(' '),
    };
  } catch (error) {
    return { name, state: 'fault', detail: whyOf(error), remedy };
  }
}

/** For a check that cannot look because an earlier one failed. */
export const skip = ({ name }: { readonly name: string }, why: string): Finding => ({
  name,
  state: 'skipped',
  detail: why,
});

/** Why something failed, in one line. Several attempts at one address (IPv6, IPv4) say it only by their code. */
function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : error.name;
  return (error.message || code).split('\n', 1)[0] ?? code;
}

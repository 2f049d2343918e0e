/** What a caller may be told beside type, title and status: never what it sent. */
export interface ProblemDetails {
  /** A sentence that a person can read; the problem's own default where absent. */
  readonly detail?: string;
  /** Members that a program needs to go on (RFC 9457, section 3.2), in snake_case. */
  readonly [extension: string]: unknown;
}

/** An expected failure that the caller can act on. Throw it anywhere; `ProblemFilter` turns it into RFC 9457 JSON. */
export abstract class Problem extends Error {
  abstract readonly type: string;
  abstract readonly status: number;
  abstract readonly title: string;
  abstract readonly defaultDetail: string;

  constructor(
    readonly details: ProblemDetails = {},
    options?: ErrorOptions,
  ) {
    super(undefined, options);
  }
}

export interface ProblemKind {
  readonly type: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
}

export type ProblemClass = (new (details?: ProblemDetails, options?: ErrorOptions) => Problem) & {
  readonly kind: ProblemKind;
};

/** Every problem declared so far, by type: the documents and the contract test walk it. */
export const problems = new Map<string, ProblemKind>();

/**
 * Declares one kind of problem.
 * @param type `<module>/<kebab-case>`, unique, with a section in docs/problems.md
 * @param detail the sentence a person reads where the thrower has no better one
 */
export function problem(type: string, status: number, title: string, detail: string): ProblemClass {
  if (problems.has(type)) throw new Error(`problem ${type} is declared twice`);
  const kind = { type, status, title, detail };
  problems.set(type, kind);
  return class extends Problem {
    static readonly kind = kind;
    override readonly type = type;
    override readonly status = status;
    override readonly title = title;
    override readonly defaultDetail = detail;
    override readonly message = `${type}: ${title}`;
  };
}

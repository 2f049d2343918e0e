export interface PgBouncer {
  /** Leads to the same databases as `postgresUrl`, through the pooler. */
  url(postgresUrl: string): string;
  stop(): Promise<void>;
}

export interface PgBouncerOptions {
  readonly postgresUrl: string;
  /** Who may sign in, with which password. */
  readonly passwords: Readonly<Record<string, string>>;
  /** Connections to PostgreSQL per database and role, which all clients share. */
  readonly poolSize: number;
}

/** Where PgBouncer is, if it is there. */
export declare function findPgBouncer(): string | undefined;
/** Starts PgBouncer in transaction mode on a free port of loopback. @throws Error with its last words */
export declare function startPgBouncer(options: PgBouncerOptions): Promise<PgBouncer>;

/** The tables of the database at `url` as SQL, in a stable order. */
export declare function describeDatabase(url: string): Promise<string>;

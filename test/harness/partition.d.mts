/** Into how many parts each table is split. */
export declare const PARTS: number;
/** Turns every table with the user first in its primary key into a table in parts, without its rows. */
export declare function partition(url: string): Promise<void>;

import pg from 'pg';

// A day stays the text it is, and a 64-bit counter becomes a number: ours stay far below 2^53.
pg.types.setTypeParser(pg.types.builtins.DATE, String);
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** The client of PostgreSQL, for every connection of ours: it reads values alike in all of them. */
export { pg };

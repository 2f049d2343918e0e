import { Global, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { Database, type Principal, type Tx } from './database/database.js';

/** How many of what, by a name for people: `{ entries: 12 }`. */
export type Counts = Readonly<Record<string, number>>;

/** Writes down what is gone, in the transaction in which it goes. */
export type Tally = (tx: Tx, counts: Counts) => Promise<void>;

/** A table with the rest of its primary key, behind `user_id`. */
export interface UserTable {
  readonly name: string;
  readonly key?: string;
}

const SLICE_ROWS = 1_000;

/** The sources of this process, in the order in which they were plugged in. */
@Injectable()
export class UserDataSocket {
  readonly sources: UserData[] = [];
}

/**
 * What a part of the house keeps of a user. Whoever has tables with a `user_id` plugs one in: an account is erased, and
 * told of, through these alone. A test compares their tables with the catalogue.
 */
@Injectable()
export abstract class UserData implements OnModuleInit {
  /** As the export names its section: `entries`. */
  abstract readonly name: string;
  /** The tables whose rows it takes away, in this order, and tells of. */
  abstract readonly tables: readonly UserTable[];

  constructor(
    protected readonly socket: UserDataSocket,
    protected readonly db: Database,
  ) {}

  onModuleInit(): void {
    this.socket.sources.push(this);
  }

  /** All that is held of the user here beside content, which has an export of its own; never a secret. */
  abstract tell(tx: Tx, user: Principal): Promise<unknown>;

  /**
   * Takes away one slice, of a second's work at most. False when nothing is left. It may be run again at any time, after
   * a crash in the middle too.
   */
  async forget(user: Principal, tally: Tally): Promise<boolean> {
    for (const table of this.tables) if (await this.forgetRows(user, table, tally)) return true;
    return false;
  }

  private forgetRows(user: Principal, { name, key }: UserTable, tally: Tally): Promise<boolean> {
    const columns = ['user_id', ...(key === undefined ? [] : [key])].join(', ');
    return this.db.asUser(user, async (tx) => {
      const [, gone]: [unknown, number] = await tx.query(
        `DELETE FROM ${name} WHERE (${columns}) IN (SELECT ${columns} FROM ${name} WHERE user_id = $1 LIMIT ${SLICE_ROWS})`,
        [user.userId],
      );
      if (gone > 0) await tally(tx, { [name]: gone });
      return gone > 0;
    });
  }
}

@Global()
@Module({ providers: [UserDataSocket], exports: [UserDataSocket] })
export class UserDataModule {}

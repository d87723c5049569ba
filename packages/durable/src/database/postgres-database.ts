import { ConfigurationError } from '@migration-status/core';
import { Client, type ClientBase, Pool } from 'pg';
import type { Database, Querier } from './database.ts';
import { toDatabaseError } from './database-error.ts';

/** How {@link openPostgres} gets to a server. */
export interface PostgresOptions {
  readonly connectionString: string;
  /** Most connections besides those of pg-boss and the one that listens. */
  readonly poolSize: number;
  /** Is told of a connection that broke while nobody used it. */
  readonly onError: (error: unknown) => void;
  /** How often the connection that listens is checked, in milliseconds, and how long that may take. Default 10 000. */
  readonly listenCheckMs?: number | undefined;
}

const connectTimeoutMs = 5_000;

/** A statement that has not come back by then hangs, or went out over a connection that is dead. */
const queryTimeoutMs = 20_000;

/**
 * How long the server waits for the next statement of a transaction. The locks of a process that was cut off or stopped in
 * the middle of one are gone by then, before others may take over what it has.
 */
const idleInTransactionMs = 7_500;

const begin = `begin;
set local idle_in_transaction_session_timeout = ${idleInTransactionMs};
set local statement_timeout = ${queryTimeoutMs}`;

const relistenMs = 1_000;

const farewellMs = 300;

/** Opens a PostgreSQL server, and rejects when it cannot be used. */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const { connectionString, poolSize, onError, listenCheckMs = 10_000 } = options;
  const place = toPlace(connectionString);
  const connection = { connectionString, connectionTimeoutMillis: connectTimeoutMs, keepAlive: true };
  const pool = new Pool({
    ...connection,
    max: poolSize,
    query_timeout: queryTimeoutMs,
    application_name: 'migration-status',
  });
  let closing: Promise<void> | undefined;
  const report = (error: unknown) => {
    if (closing === undefined) onError(toDatabaseError(error, place));
  };
  pool.on('error', report);

  async function query(client: Pool | ClientBase, text: string, values: readonly unknown[] = []) {
    try {
      return (await client.query(text, [...values])).rows;
    } catch (error) {
      throw toDatabaseError(error, place);
    }
  }

  async function transaction<Result>(work: (querier: Querier) => Promise<Result>): Promise<Result> {
    const client = await pool.connect().catch((error) => {
      throw toDatabaseError(error, place);
    });
    client.on('error', report);
    try {
      await query(client, begin);
      const result = await work({ query: (text, values) => query(client, text, values) });
      await query(client, 'commit');
      release();
      return result;
    } catch (error) {
      // A connection on which not even that works is thrown away, and the server takes the rest back by itself.
      await client.query('rollback').then(
        () => release(),
        (broken) => release(broken),
      );
      throw error;
    }

    function release(broken?: Error): void {
      client.off('error', report);
      client.release(broken);
    }
  }

  async function listen(
    channel: string,
    onNotification: (payload: string) => void,
  ): Promise<() => Promise<void>> {
    let client: Client | undefined;
    let timer: NodeJS.Timeout | undefined;
    let hasEnded = false;

    async function connect(): Promise<void> {
      const next = new Client({
        ...connection,
        query_timeout: listenCheckMs,
        application_name: 'migration-status listener',
      });
      client = next;
      // Nobody is told of a connection that was cut without a word.
      const checking = setInterval(() => next.query('select 1').catch(onLost), listenCheckMs);
      const onLost = () => {
        clearInterval(checking);
        if (client !== next || hasEnded) return;
        client = undefined;
        next.end().catch(() => {});
        timer = setTimeout(() => void connect().catch(onLost), relistenMs);
      };
      next.on('error', onLost);
      next.on('end', onLost);
      next.on('notification', ({ payload }) => onNotification(payload ?? ''));
      try {
        await next.connect();
        await next.query(`listen ${channel}`);
        onNotification('');
      } catch {
        onLost();
      }
    }

    await connect();
    return async () => {
      hasEnded = true;
      clearTimeout(timer);
      // Over a connection that is dead no farewell comes back.
      const patience = new Promise((resolve) => setTimeout(resolve, farewellMs).unref());
      await Promise.race([client?.end().catch(() => {}), patience]);
    };
  }

  const database: Database = {
    place,
    isOwn: false,
    query: (text, values) => query(pool, text, values),
    async run(text) {
      try {
        await pool.query(text);
      } catch (error) {
        throw toDatabaseError(error, place);
      }
    },
    transaction,
    listen,
    jobOptions: { connectionString, max: 2, connectionTimeoutMillis: connectTimeoutMs },
    close() {
      closing ??= pool.end();
      return closing;
    },
  };
  try {
    await database.query('select 1');
  } catch (error) {
    await pool.end();
    throw error;
  }
  return database;
}

/** What may be shown of a connection string. What cannot be parsed is not repeated, as it may hold a password. */
function toPlace(connectionString: string): string {
  try {
    const { protocol, hostname, port, pathname } = new URL(connectionString);
    if (/^postgres(?:ql)?:$/.test(protocol)) return `${hostname || 'localhost'}:${port || 5432}${pathname}`;
  } catch {
    // Said below, without the words of the parser, which repeat what it was given.
  }
  const message = '"connectionString" must be a URL that begins with postgres://';
  throw new ConfigurationError({ option: 'connectionString', message });
}

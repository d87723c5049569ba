/**
 * A store in a file, for Node. An entry of its own, so that everything else of this package runs where there is no file
 * system.
 *
 * @module
 */
import { open, realpath, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { describeKind } from '../model/describe-value.ts';
import { ConfigurationError } from '../model/errors/configuration-error.ts';
import { acquireFileLock } from './file-lock.ts';
import { createRecordFile, openRecordFile, type RecordFile } from './record-file.ts';
import { toRecordLine } from './record-line.ts';
import type { Store } from './store.ts';
import { StoreError, toStoreError } from './store-error.ts';
import { createFold, toRecords } from './stored-record.ts';
import type { TrackerExport } from './tracker-export.ts';
import { createTurns } from './turns.ts';

export { acquireFileLock } from './file-lock.ts';
export { isExportedRow } from './parse-tracker-export.ts';
export type { ForgottenEntry, RowEntry, Store, StoreEntry } from './store.ts';
export { StoreError, type StoreErrorCode } from './store-error.ts';
export type { ExportedLane, ExportedRow, TrackerExport } from './tracker-export.ts';

/** Where {@link createFileStore} keeps its file. */
export interface FileStoreOptions {
  /**
   * The file, absolute or from the working folder at the time of the call. Its folder must be there; the file is made when
   * it is not, for its owner only (mode 0600).
   */
  readonly path: string;
  /**
   * Whether an append also survives a power failure or a crash of the operating system, not only the death of the process.
   * Each group of appends then waits for the disk, which takes some milliseconds. Default false: the last moments before
   * such a failure may be lost. What was saved, and what has been compacted, survives either way.
   */
  readonly sync?: boolean | undefined;
}

/** A {@link Store} in a file. */
export interface FileStore extends Store, AsyncDisposable {
  /**
   * Finishes what was called before, and gives the file free for another opener. Calls after it reject with code `closed`;
   * closing again does nothing.
   */
  close(): Promise<void>;
}

/** A log this small is left alone, in bytes. */
const smallLog = 1024 * 1024;

/** How many times as long as its snapshot a log may become before it is written afresh. */
const growthLimit = 4;

/**
 * A store in one file of JSON lines that is only ever added to, so that a process may be killed at any moment: what was
 * acknowledged is found again. The file is opened, checked from end to end and locked at the first call, and held until
 * {@link FileStore.close}.
 *
 * - Appends that come while a write is going on go out together in the next one.
 * - A save, and a log that has grown to four times its snapshot (and to at least 1 MiB), is written to `<path>.saving` and
 *   then put in the place of the old file, which holds until then. Appends go on meanwhile. So the file stays within four
 *   times the size that its rows had when it was last written afresh, or 1 MiB.
 * - A line that was being written when its process died is dropped. Any other damage is an error with code `store_damaged`
 *   that names file and line; the file is then neither read from nor written to until somebody has looked at it.
 * - One opener at a time, held by a lock file beside it, `<path>.lock-<host>-<process>-<start>`; the second one gets
 *   code `store_in_use`. The lock of a dead process on the same host counts for nothing. Whether a process on another host
 *   lives cannot be seen, so its lock holds until it is deleted. A process whose id this one cannot see (in another
 *   container with the same host name) is taken for dead.
 * - In a failure (a full disk), calls reject with a {@link StoreError}, code `store_failed`, and later ones are tried afresh.
 *
 * Throws a {@link ConfigurationError} for an option that does not fit; nothing is opened before the first call.
 *
 * @example
 * const store = createFileStore({ path: 'migrations.jsonl' });
 * const known = await store.load();
 * await store.append({ type: 'forgotten', at: new Date().toISOString(), key: 'velt/org_1/mig_7' });
 * await store.close();
 */
export function createFileStore(options: FileStoreOptions): FileStore {
  const { file, isSynced } = checkFileStoreOptions(options);
  const inTurn = createTurns();
  const savesInTurn = createTurns();
  /** For each rewriting under way, what was appended since it was called. */
  const rewritings = new Set<(readonly string[])[]>();
  let opened: OpenedStore | undefined;
  let group: AppendGroup | undefined;
  let closing: Promise<void> | undefined;

  /** Gives the open file; only to be called when it is one's turn. */
  async function getOpened(): Promise<OpenedStore> {
    opened ??= await openStore(file, isSynced);
    return opened;
  }

  /** What is appended until its turn comes goes out as one. */
  function startGroup(): AppendGroup {
    const lines: string[] = [];
    const written = inTurn(async () => {
      if (group?.lines === lines) group = undefined;
      const store = await getOpened();
      store.firstExport = undefined;
      await store.records.append(lines, isSynced);
      for (const late of rewritings) late.push(lines);
      compactWhenLong(store);
    });
    return { lines, written };
  }

  /** Writes a file that begins with a snapshot and goes on with what is appended from this call on, in the old one's place. */
  function rewrite(
    toSnapshot: (records: RecordFile, length: number) => Promise<TrackerExport | undefined>,
  ): Promise<void> {
    const late: (readonly string[])[] = [];
    group = undefined;
    const begun = inTurn(async () => {
      const store = await getOpened();
      rewritings.add(late);
      return { store, length: store.records.length };
    });
    return savesInTurn(async () => {
      const { store, length } = await begun;
      try {
        await removeTemporary(store.file);
        const snapshot = await toSnapshot(store.records, length);
        const next = await createRecordFile(toTemporary(store.file), toLines(snapshot));
        await inTurn(() => replaceRecords(store, next, late.flat()));
      } catch (error) {
        await removeTemporary(store.file);
        throw error;
      } finally {
        rewritings.delete(late);
      }
    });
  }

  async function loadNow(): Promise<TrackerExport | undefined> {
    const store = await getOpened();
    const known = store.firstExport;
    store.firstExport = undefined;
    return known ?? foldRecords(store.records, store.records.length);
  }

  function compactWhenLong(store: OpenedStore): void {
    if (store.records.length <= store.compactAt || rewritings.size > 0 || closing) return;
    store.compactAt = Number.POSITIVE_INFINITY;
    rewrite((records, length) => foldRecords(records, length)).catch(() => {
      // Nothing is lost, only long; where the disk is the reason, the next append will say so.
      store.compactAt = 2 * store.records.length;
    });
  }

  async function run<Result>(call: () => Promise<Result>): Promise<Result> {
    if (closing) {
      throw new StoreError({
        code: 'closed',
        file,
        message: `The store ${file} was closed before the call.`,
      });
    }
    try {
      return await call();
    } catch (error) {
      throw toStoreError(error, file);
    }
  }

  function close(): Promise<void> {
    closing ??= savesInTurn(() =>
      inTurn(async () => {
        await opened?.records.close();
        await opened?.release();
      }),
    );
    return closing;
  }

  return {
    load: () => run(() => savesInTurn(() => inTurn(loadNow))),
    save: (snapshot) => run(() => rewrite(async () => snapshot)),
    append: (entry) =>
      run(() => {
        const line = toRecordLine(entry);
        group ??= startGroup();
        group.lines.push(line);
        return group.written;
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface AppendGroup {
  readonly lines: string[];
  /** Settles with the one write that they go out in. */
  readonly written: Promise<void>;
}

interface OpenedStore {
  /** The file itself, where the path that was asked for is a link. */
  readonly file: string;
  readonly release: () => Promise<void>;
  records: RecordFile;
  /** What was read at opening, kept for a load that comes first. */
  firstExport: TrackerExport | undefined;
  /** The length from which on the file is written afresh, in bytes. */
  compactAt: number;
}

async function openStore(requestedFile: string, isSynced: boolean): Promise<OpenedStore> {
  // A file put in the place of a link would leave what the link leads to behind.
  const file = await realpath(requestedFile).catch(() => requestedFile);
  const release = await acquireFileLock(file);
  try {
    await removeTemporary(file);
    const fold = createFold();
    const records = await openRecordFile(file, fold.add);
    if (isSynced) await flushFolder(file);
    return { file, release, records, firstExport: fold.result(), compactAt: toCompactAt(records) };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Puts the next file, with what was appended meanwhile, in the place of the one in use. */
async function replaceRecords(store: OpenedStore, next: RecordFile, late: readonly string[]): Promise<void> {
  try {
    await next.append(late, true);
    await rename(toTemporary(store.file), store.file);
  } catch (error) {
    await next.close();
    throw error;
  }
  const previous = store.records;
  store.records = next;
  store.firstExport = undefined;
  store.compactAt = toCompactAt(next);
  await previous.close();
  await flushFolder(store.file);
}

async function foldRecords(records: RecordFile, length: number): Promise<TrackerExport | undefined> {
  const fold = createFold();
  await records.read(fold.add, length);
  return fold.result();
}

function* toLines(snapshot: TrackerExport | undefined): Generator<string> {
  for (const record of snapshot ? toRecords(snapshot) : []) yield toRecordLine(record);
}

function toCompactAt({ savedLength }: RecordFile): number {
  return Math.max(smallLog, growthLimit * savedLength);
}

function toTemporary(file: string): string {
  return `${file}.saving`;
}

function removeTemporary(file: string): Promise<void> {
  return rm(toTemporary(file), { force: true });
}

/** Makes the name of a file survive a power failure, and not only what is in it. Windows has no such call and no need. */
async function flushFolder(file: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path.dirname(file));
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function checkFileStoreOptions(options: unknown): { readonly file: string; readonly isSynced: boolean } {
  if (typeof options !== 'object' || options === null) refuse('options', 'options must be an object');
  const given = new Map<string, unknown>(Object.entries(options));
  const file = given.get('path');
  const isSynced = given.get('sync') ?? false;
  const stranger = [...given.keys()].find((option) => option !== 'path' && option !== 'sync');
  if (stranger !== undefined) refuse(stranger, `there is no option "${stranger}"`);
  if (typeof file !== 'string' || file === '' || file.includes('\0')) {
    refuse('path', `"path" must be the path of a file, got ${describeKind(file)}`);
  }
  if (typeof isSynced !== 'boolean')
    refuse('sync', `"sync" must be true or false, got ${describeKind(isSynced)}`);
  return { file: path.resolve(file), isSynced };
}

function refuse(option: string, complaint: string): never {
  throw new ConfigurationError({ option, message: `createFileStore: ${complaint}` });
}

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { parseRecordLine, toRecordLine } from './record-line.ts';
import { StoreError } from './store-error.ts';
import { isStoredRecord, type StoredRecord } from './stored-record.ts';

/** A file of records that is open for reading and writing. One append at a time. */
export interface RecordFile {
  /** How many bytes of it count: whole lines that are known to be written. */
  readonly length: number;
  /** How many of them are the snapshot that it begins with. */
  readonly savedLength: number;
  /**
   * Adds lines, and waits for the disk where it is asked to. When it rejects, they are cut off before the next ones are
   * written.
   */
  append(lines: readonly string[], isFlushed: boolean): Promise<void>;
  /** Hands over the records up to a length that it once had, in their order; also while an append goes on. */
  read(onRecord: (record: StoredRecord) => void, length: number): Promise<void>;
  close(): Promise<void>;
}

const format = 'migration-status/store';
const version = 1;
const headerLine = toRecordLine({ format, version });
const lineFeed = 0x0a;

/** What is read or written at once, in bytes: between two pieces, other work gets its turn. */
const pieceSize = 256 * 1024;

/**
 * Opens a file of records, or makes one that only its owner may read, and hands over what is in it. What a process that
 * died in the middle of a write left at the end is passed over, and cut off before the next write; opening by itself changes
 * nothing. Rejects when the file is none of ours or is damaged.
 */
export async function openRecordFile(
  file: string,
  onRecord: (record: StoredRecord) => void,
): Promise<RecordFile> {
  const handle = await open(file, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    return await readRecordFile(handle, file, onRecord);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Makes a file of records that begins with a snapshot; fails where there is one already. */
export async function createRecordFile(file: string, snapshot: Iterable<string>): Promise<RecordFile> {
  const handle = await open(file, 'wx+', 0o600);
  try {
    const length = await writeLines(handle, 0, withHeader(snapshot));
    return toRecordFile(handle, file, { length, savedLength: length, tail: 'clean' });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * How the last line ends. `torn` is the beginning of a line: its writer died, and nobody was told that it is stored.
 * `open` is a whole line that lacks its line feed.
 */
type Tail = 'clean' | 'open' | 'torn';

interface Extent {
  readonly length: number;
  readonly savedLength: number;
  readonly tail: Tail;
}

function toRecordFile(handle: FileHandle, file: string, extent: Extent): RecordFile {
  const { savedLength } = extent;
  let { length, tail } = extent;

  return {
    get length() {
      return length;
    },
    savedLength,
    async append(lines, isFlushed) {
      if (tail === 'torn') await handle.truncate(length);
      if (tail === 'open') length += await writeFully(handle, length, '\n');
      tail = 'torn';
      const end = await writeLines(handle, length, length === 0 ? withHeader(lines) : lines);
      if (isFlushed) await handle.datasync();
      length = end;
      tail = 'clean';
    },
    async read(onRecord, end) {
      const last = await scanLines(handle, end, (line, lineNumber) => {
        if (lineNumber > 1) onRecord(toRecord(line, lineNumber, file));
      });
      if (last.line.length > 0) onRecord(toRecord(last.line, last.lineNumber, file));
      if (last.end < end) throw toDamage(file, last.lineNumber);
    },
    close: () => handle.close(),
  };
}

async function readRecordFile(
  handle: FileHandle,
  file: string,
  onRecord: (record: StoredRecord) => void,
): Promise<RecordFile> {
  const { size } = await handle.stat();
  if (!(await hasHeader(handle, size, file))) {
    return toRecordFile(handle, file, { length: 0, savedLength: 0, tail: 'torn' });
  }
  let savedLength = headerLine.length;
  const last = await scanLines(handle, size, (line, lineNumber, end) => {
    if (lineNumber === 1) return;
    const record = toRecord(line, lineNumber, file);
    if (record.type === 'saved' || record.type === 'saved_row') savedLength = end;
    onRecord(record);
  });
  const { line, lineNumber, end } = last;
  if (line.length === 0) return toRecordFile(handle, file, { length: end, savedLength, tail: 'clean' });
  if (parseRecordLine(line)) {
    onRecord(toRecord(line, lineNumber, file));
    return toRecordFile(handle, file, { length: end, savedLength, tail: 'open' });
  }
  // No write leaves a whole line with something else than a line feed behind it.
  if (parseRecordLine(line.subarray(0, -1))) throw toDamage(file, lineNumber);
  return toRecordFile(handle, file, { length: end - line.length, savedLength, tail: 'torn' });
}

/** False when the file is empty, or ends in the middle of its first line. */
async function hasHeader(handle: FileHandle, size: number, file: string): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(size, 1024)), { position: 0 });
  const [start = ''] = buffer.toString('utf8', 0, bytesRead).split(/(?<=\n)/);
  if (start === headerLine) return true;
  if (headerLine.startsWith(start)) return false;
  const header = start.endsWith('\n')
    ? parseRecordLine(buffer.subarray(0, start.length - 1))?.record
    : undefined;
  if (header === undefined && start.includes(format)) throw toDamage(file, 1);
  throw new StoreError({
    code: 'store_unsupported',
    file,
    message: isOfThisFormat(header)
      ? `The store ${file} was written by a later version of this package; read it with that one, or choose another path.`
      : `${file} is no store of this package, and is left as it is; choose another path.`,
  });
}

function isOfThisFormat(header: unknown): boolean {
  return typeof header === 'object' && header !== null && Reflect.get(header, 'format') === format;
}

function toRecord(line: Buffer, lineNumber: number, file: string): StoredRecord {
  const parsed = parseRecordLine(line);
  if (!parsed) throw toDamage(file, lineNumber);
  if (isStoredRecord(parsed.record)) return parsed.record;
  const message = `The store ${file} holds a record of an unknown kind in line ${lineNumber}; nothing was changed.`;
  throw new StoreError({ code: 'store_unsupported', file, line: lineNumber, message });
}

function toDamage(file: string, line: number): StoreError {
  const remedy =
    line === 1
      ? 'Bring back a copy of the file'
      : 'Bring back a copy of the file, or take out this one line: the others do not depend on it';
  const message = `The store ${file} is damaged in line ${line}; nothing was changed. ${remedy}.`;
  return new StoreError({ code: 'store_damaged', file, line, message });
}

interface LastLine {
  /** What stands behind the last line feed; empty in a file that ends with one. */
  readonly line: Buffer;
  readonly lineNumber: number;
  /** Where it ends, and with it all that could be read. */
  readonly end: number;
}

/** Hands over each line without its line feed, with its number from 1 and where it ends, line feed included. */
async function scanLines(
  handle: FileHandle,
  length: number,
  onLine: (line: Buffer, lineNumber: number, end: number) => void,
): Promise<LastLine> {
  const piece = Buffer.allocUnsafe(Math.min(pieceSize, length));
  let rest = Buffer.alloc(0);
  let lineNumber = 1;
  let position = 0;
  while (position < length) {
    const { bytesRead } = await handle.read(piece, 0, Math.min(piece.length, length - position), position);
    if (bytesRead === 0) break;
    const bytes = Buffer.concat([rest, piece.subarray(0, bytesRead)]);
    const offset = position - rest.length;
    let start = 0;
    for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, start)) {
      onLine(bytes.subarray(start, end), lineNumber, offset + end + 1);
      lineNumber += 1;
      start = end + 1;
    }
    rest = bytes.subarray(start);
    position += bytesRead;
  }
  return { line: rest, lineNumber, end: position };
}

function* withHeader(lines: Iterable<string>): Generator<string> {
  yield headerLine;
  yield* lines;
}

/** Writes lines from a position on, a piece at a time, and gives the position behind them. */
async function writeLines(handle: FileHandle, start: number, lines: Iterable<string>): Promise<number> {
  let position = start;
  let piece = '';
  for (const line of lines) {
    piece += line;
    if (piece.length < pieceSize) continue;
    position += await writeFully(handle, position, piece);
    piece = '';
  }
  return position + (await writeFully(handle, position, piece));
}

/** Writes all of a text, as the system may take only some of it at a time, and gives its length in bytes. */
async function writeFully(handle: FileHandle, start: number, text: string): Promise<number> {
  const bytes = Buffer.from(text);
  let done = 0;
  while (done < bytes.length) {
    done += (await handle.write(bytes, done, bytes.length - done, start + done)).bytesWritten;
  }
  return done;
}

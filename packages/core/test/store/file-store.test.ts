import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type FileHandle, lstat, open, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createFileStore, type Store, StoreError } from '../../src/store/file-store.ts';
import { toRecordLine } from '../../src/store/record-line.ts';
import { caughtFrom } from './caught-from.ts';
import { toExport, toForgottenEntry, toRowEntry } from './sample-entries.ts';
import { useTemporaryFolder } from './temporary-folder.ts';

const newPath = useTemporaryFolder();
const headerLine = toRecordLine({ format: 'migration-status/store', version: 1 });

async function keysIn(store: Store): Promise<readonly string[] | undefined> {
  return (await store.load())?.rows.map(({ key }) => key);
}

async function keysInFile(file: string): Promise<readonly string[] | undefined> {
  await using store = createFileStore({ path: file });
  return keysIn(store);
}

/** What every open file is made of, so that a test can have it fail. */
const fileHandles = await (async (): Promise<FileHandle> => {
  const handle = await open(import.meta.filename);
  await handle.close();
  return Object.getPrototypeOf(handle);
})();

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the options of a file store', () => {
  it.each([
    ['options', undefined, 'options must be an object'],
    ['path', {}, '"path" must be the path of a file, got nothing'],
    ['path', { path: '' }, '"path" must be the path of a file, got an empty string'],
    ['path', { path: 'a\0b' }, '"path" must be the path of a file, got a string'],
    ['sync', { path: 'a', sync: 'yes' }, '"sync" must be true or false, got a string'],
    ['fsync', { path: 'a', fsync: true }, 'there is no option "fsync"'],
  ])('refuse a wrong "%s"', (option, options, complaint) => {
    expect(caughtFrom(() => Reflect.apply(createFileStore, undefined, [options]))).toMatchObject({
      code: 'invalid_configuration',
      option,
      message: `createFileStore: ${complaint}`,
    });
  });

  it('open nothing by themselves', async () => {
    const file = newPath();
    await createFileStore({ path: file }).close();
    expect(existsSync(file)).toBe(false);
  });
});

describe('the file', () => {
  it('is for its owner only, also after a save, and is left alone when the store is closed', async () => {
    const file = newPath();
    const store = createFileStore({ path: file });
    await store.append(toRowEntry('acme/a', 1));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await store.save(toExport(['acme/b']));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await store.close();
    const name = path.basename(file);
    expect((await readdir(path.dirname(file))).filter((other) => other.startsWith(name))).toEqual([name]);
  });

  it('is JSON lines that any tool can read', async () => {
    const file = newPath();
    await using store = createFileStore({ path: file });
    await store.append(toRowEntry('acme/a', 1));
    await store.append(toForgottenEntry('acme/a', 2));
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line)[1])).toEqual([
      { format: 'migration-status/store', version: 1 },
      toRowEntry('acme/a', 1),
      toForgottenEntry('acme/a', 2),
    ]);
  });

  it('is refused, and left as it is, when it is somebody else’s', async () => {
    for (const text of ['{"a":1}', 'a,b\n1,2\n', '\n', 'x', `${toRecordLine({ format: 'other' })}`]) {
      const file = newPath();
      await writeFile(file, text);
      await using store = createFileStore({ path: file });
      const message = `${file} is no store of this package, and is left as it is; choose another path.`;
      await expect(store.load()).rejects.toMatchObject({ code: 'store_unsupported', file, message });
      await expect(store.save(toExport([]))).rejects.toMatchObject({ code: 'store_unsupported' });
      expect(await readFile(file, 'utf8')).toBe(text);
    }
  });

  it('is refused when a later version wrote it', async () => {
    const file = newPath();
    const text = toRecordLine({ format: 'migration-status/store', version: 2 });
    await writeFile(file, text);
    await using store = createFileStore({ path: file });
    await expect(store.append(toRowEntry('acme/a', 1))).rejects.toMatchObject({
      name: 'StoreError',
      code: 'store_unsupported',
      message: expect.stringContaining('a later version'),
    });
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('is refused when it holds a record that nobody knows', async () => {
    const file = newPath();
    await writeFile(file, `${headerLine}${toRecordLine({ type: 'lane' })}`);
    await using store = createFileStore({ path: file });
    await expect(store.load()).rejects.toMatchObject({ code: 'store_unsupported', line: 2 });
  });

  it('may be empty, as a tool leaves it that makes a file beforehand', async () => {
    const file = newPath();
    await writeFile(file, '');
    await using store = createFileStore({ path: file });
    expect(await store.load()).toBeUndefined();
    await store.append(toRowEntry('acme/a', 1));
    expect(await keysIn(store)).toEqual(['acme/a']);
  });

  it('is handed out as a copy each time, also after it was opened again', async () => {
    const file = newPath();
    await using store = createFileStore({ path: file });
    await store.save(toExport(['acme/a']));
    await store.close();
    await using again = createFileStore({ path: file });
    Object.assign((await again.load())?.rows[0] ?? {}, { key: 'changed' });
    expect(await keysIn(again)).toEqual(['acme/a']);
  });

  it('may be a link, and stays one', async () => {
    const [file, link] = [newPath(), newPath()];
    await writeFile(file, '');
    await symlink(file, link);
    await using store = createFileStore({ path: link });
    await store.save(toExport(['acme/a']));
    await store.close();
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await keysInFile(file)).toEqual(['acme/a']);
  });

  it('reports what the system refuses, with the cause', async () => {
    await using store = createFileStore({ path: path.join(newPath(), 'no', 'folder.jsonl') });
    const error = await store.load().catch((reason: unknown) => reason);
    expect(StoreError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'store_failed', cause: { code: 'ENOENT' }, isRetryable: false });
  });

  it('says so when it became shorter behind the store’s back', async () => {
    const file = newPath();
    await using store = createFileStore({ path: file });
    await store.append(toRowEntry('acme/a', 1));
    await writeFile(file, headerLine);
    await expect(store.load()).rejects.toMatchObject({ code: 'store_damaged', file });
  });
});

describe('appends', () => {
  it('that come while a write is going on go out together in the next one', async () => {
    const write = vi.spyOn(fileHandles, 'write');
    const flush = vi.spyOn(fileHandles, 'datasync');
    await using store = createFileStore({ path: newPath(), sync: true });
    await store.load();
    const first = store.append(toRowEntry('acme/0', 0));
    await vi.waitFor(() => expect(write).toHaveBeenCalledTimes(1), { interval: 1 });
    await Promise.all([first, ...[1, 2, 3, 4].map((n) => store.append(toRowEntry(`acme/${n}`, n)))]);
    expect(write).toHaveBeenCalledTimes(2);
    expect(flush).toHaveBeenCalledTimes(2);
    expect(await keysIn(store)).toEqual(['acme/0', 'acme/1', 'acme/2', 'acme/3', 'acme/4']);
  });

  it('wait for the disk only when they are asked to', async () => {
    const flush = vi.spyOn(fileHandles, 'datasync');
    await using store = createFileStore({ path: newPath() });
    await store.append(toRowEntry('acme/a', 1));
    expect(flush).not.toHaveBeenCalled();
    await store.save(toExport([]));
    expect(flush).toHaveBeenCalled();
  });

  it('are whole when the system takes a few bytes at a time', async () => {
    const { write } = fileHandles;
    vi.spyOn(fileHandles, 'write').mockImplementation(function (
      this: FileHandle,
      ...[data, ...rest]: unknown[]
    ) {
      const [offset, length, position] = rest.map(Number);
      return Reflect.apply(write, this, [data, offset, Math.min(7, length ?? 0), position]);
    });
    const file = newPath();
    const store = createFileStore({ path: file });
    await store.append(toRowEntry('acme/ä', 1));
    await store.save(toExport(['acme/ö']));
    await store.append(toRowEntry('acme/ü', 1));
    await store.close();
    expect(await keysInFile(file)).toEqual(['acme/ö', 'acme/ü']);
  });

  it('that fail halfway are reported, and the next ones find the file in order', async () => {
    const file = newPath();
    const store = createFileStore({ path: file });
    await store.append(toRowEntry('acme/a', 1));
    const { write } = fileHandles;
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
    vi.spyOn(fileHandles, 'write').mockImplementationOnce(async function (
      this: FileHandle,
      ...words: unknown[]
    ) {
      const [data, offset, length, position] = words;
      await Reflect.apply(write, this, [data, offset, Number(length) - 9, position]);
      throw full;
    });
    const outcomes = await Promise.allSettled(
      ['acme/long-name-that-is-not-kept', 'acme/c'].map((key) => store.append(toRowEntry(key, 2))),
    );
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'store_failed', cause: full } });
    }
    await store.append(toRowEntry('acme/d', 3));
    await store.close();
    expect(await keysInFile(file)).toEqual(['acme/a', 'acme/d']);
  });
});

describe('a save', () => {
  it('that fails leaves what was there, with what was appended meanwhile', async () => {
    const file = newPath();
    const store = createFileStore({ path: file });
    await store.save(toExport(['acme/a']));
    vi.spyOn(fileHandles, 'datasync').mockRejectedValueOnce(
      Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO', syscall: 'fdatasync' }),
    );
    const saved = store.save(toExport(['acme/b']));
    const appended = store.append(toRowEntry('acme/c', 1));
    await expect(saved).rejects.toMatchObject({ code: 'store_failed', cause: { code: 'EIO' } });
    await appended;
    expect(existsSync(`${file}.saving`)).toBe(false);
    await store.append(toRowEntry('acme/d', 1));
    await store.close();
    expect(await keysInFile(file)).toEqual(['acme/a', 'acme/c', 'acme/d']);
  });

  it('ignores and cleans up what an earlier one left behind', async () => {
    const file = newPath();
    await writeFile(`${file}.saving`, `${headerLine}${toRecordLine(toRowEntry('acme/x', 1))}`);
    await using store = createFileStore({ path: file });
    expect(await store.load()).toBeUndefined();
    expect(existsSync(`${file}.saving`)).toBe(false);
  });

  it('of many rows lets appends through while it is going on', async () => {
    const file = newPath();
    const store = createFileStore({ path: file });
    await store.append(toRowEntry('acme/before', 1));
    const order: string[] = [];
    const keys = Array.from({ length: 20_000 }, (_, index) => `acme/${index}`);
    const saved = store.save(toExport(keys)).then(() => order.push('saved'));
    await store.append(toRowEntry('acme/during', 1)).then(() => order.push('appended'));
    await saved;
    expect(order).toEqual(['appended', 'saved']);
    await store.close();
    expect(await keysInFile(file)).toEqual([...keys, 'acme/during']);
  });
});

describe('a log that grows', () => {
  const text = 'x'.repeat(10_000);

  it('is written afresh by itself, and holds what it held', async () => {
    const file = newPath();
    const store = createFileStore({ path: file });
    await store.save(toExport(['acme/a', 'acme/b', 'acme/c']));
    let longest = 0;
    for (let round = 0; round < 400; round += 1) {
      const entry = toRowEntry(`acme/${'ab'[round % 2]}`, round);
      await store.append({ ...entry, row: { ...entry.row, memo: text } });
      longest = Math.max(longest, (await stat(file)).size);
    }
    const before = await store.load();
    expect(before?.rows.map(({ key, reads }) => [key, reads])).toEqual([
      ['acme/a', 398],
      ['acme/b', 399],
      ['acme/c', 0],
    ]);
    expect(before?.lanes).toEqual(toExport([]).lanes);
    await store.close();
    expect(longest).toBeGreaterThan(1024 * 1024);
    expect((await stat(file)).size).toBeLessThan(1.5 * 1024 * 1024);
    await using again = createFileStore({ path: file });
    expect(await again.load()).toEqual(before);
  });

  it('goes on growing where it cannot be written afresh, and loses nothing', async () => {
    const file = newPath();
    const store = createFileStore({ path: file });
    vi.spyOn(fileHandles, 'datasync').mockRejectedValue(new Error('never'));
    for (let round = 0; round < 250; round += 1) {
      const entry = toRowEntry(`acme/${round % 5}`, round);
      await store.append({ ...entry, row: { ...entry.row, memo: text } });
    }
    await store.close();
    expect((await stat(file)).size).toBeGreaterThan(2 * 1024 * 1024);
    expect(await keysInFile(file)).toEqual(['acme/0', 'acme/1', 'acme/2', 'acme/3', 'acme/4']);
  });
});

describe('two openers of one file', () => {
  const isLinux = process.platform === 'linux';

  it('are one too many: the second is told who holds it, until the first closes it', async () => {
    const file = newPath();
    const first = createFileStore({ path: file });
    const second = createFileStore({ path: file });
    await first.append(toRowEntry('acme/a', 1));
    await expect(second.load()).rejects.toMatchObject({
      name: 'StoreError',
      code: 'store_in_use',
      file,
      isRetryable: true,
      message: expect.stringContaining(`in use by this process (${process.pid})`),
    });
    await first.close();
    expect(await keysIn(second)).toEqual(['acme/a']);
    await second.close();
  });

  it('in the same instant are not both let in', async () => {
    const file = newPath();
    const stores = Array.from({ length: 8 }, () => createFileStore({ path: file }));
    const outcomes = await Promise.allSettled(stores.map((store) => store.load()));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('in two processes exclude each other until one of them dies', async () => {
    const file = newPath();
    const script = path.join(import.meta.dirname, 'append-until-killed.ts');
    const child = spawn(process.execPath, ['--conditions=source', script, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await using store = createFileStore({ path: file });
    await expect(store.load()).rejects.toMatchObject({
      code: 'store_in_use',
      message: expect.stringContaining(`in use by process ${child.pid}.`),
    });
    child.kill('SIGKILL');
    await once(child, 'close');
    expect((await keysIn(store))?.length).toBeGreaterThan(0);
  });

  it.runIf(isLinux)('are told apart from a dead one whose number somebody else has been given', async () => {
    const file = newPath();
    const left = [process.pid, process.ppid].map((id) => `${file}.lock-${hostname()}-${id}-1`);
    for (const lock of left) await writeFile(lock, '');
    await using store = createFileStore({ path: file });
    expect(await store.load()).toBeUndefined();
    expect(left.map((lock) => existsSync(lock))).toEqual([false, false]);
  });

  it('on two machines are not told apart from dead ones, so somebody has to say', async () => {
    const file = newPath();
    const lock = `${file}.lock-other-host-7-9`;
    await writeFile(lock, '');
    await using store = createFileStore({ path: file });
    await expect(store.load()).rejects.toMatchObject({
      code: 'store_in_use',
      message: expect.stringContaining(`process 7 on other-host. Close it there, or delete ${lock}`),
    });
    expect(existsSync(lock)).toBe(true);
  });

  it('of files whose names begin alike are no matter', async () => {
    const file = newPath();
    await using other = createFileStore({ path: `${file}.lock-x` });
    await using one = createFileStore({ path: file });
    await using third = createFileStore({ path: `${file}.lock-x-1-1.jsonl` });
    for (const store of [other, one, third]) await store.append(toRowEntry('acme/a', 1));
    expect(await keysIn(one)).toEqual(['acme/a']);
  });
});

describe('closing', () => {
  it('finishes what was called before, refuses what comes after, and may be repeated', async () => {
    const file = newPath();
    const store = createFileStore({ path: file });
    const calls = [
      store.append(toRowEntry('acme/a', 1)),
      store.save(toExport(['acme/b'])),
      store.append(toRowEntry('acme/c', 1)),
    ];
    const closed = store.close();
    await expect(store.append(toRowEntry('acme/d', 1))).rejects.toMatchObject({ code: 'closed', file });
    await expect(store.load()).rejects.toMatchObject({ code: 'closed' });
    await Promise.all([...calls, closed, store.close()]);
    expect(await keysInFile(file)).toEqual(['acme/b', 'acme/c']);
  });
});

import { readFileSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { StoreError } from './store-error.ts';

/**
 * Claims a file for this process, or rejects with `store_in_use` and says who holds it. Gives a function that lets go.
 *
 * Whoever wants the file first creates a lock file of its own beside it, whose name says which process that is, and then
 * looks for others. A living one wins; dead ones are swept away. As no two processes share a name and nobody removes the
 * lock of the living, there is no moment in which two can hold the file. (Two that come in the same instant may both be
 * refused.) Nothing has to be renewed, and what a killed process leaves behind is recognised at once.
 */
export async function acquireFileLock(file: string): Promise<() => Promise<void>> {
  const folder = path.dirname(file);
  const prefix = `${path.basename(file)}.lock-`;
  const host = encodeURIComponent(hostname());
  const own = `${prefix}${host}-${process.pid}-${startOf(process.pid) ?? 0}`;

  function release(): Promise<void> {
    return rm(path.join(folder, own), { force: true });
  }

  function refuse(name: string, holder: string, remedy: string): never {
    const message = `The store ${file} is in use by ${holder}. ${remedy}, or delete ${path.join(folder, name)}`;
    throw new StoreError({ code: 'store_in_use', file, message: `${message} if that one is gone.` });
  }

  try {
    await (await open(path.join(folder, own), 'wx', 0o600)).close();
  } catch (error) {
    if (hasCode(error, 'EEXIST')) refuse(own, `this process (${process.pid})`, 'Close the other one first');
    throw error;
  }
  try {
    for (const name of await readdir(folder)) {
      const holder = name.startsWith(prefix) && name !== own && parseHolder(name.slice(prefix.length));
      if (!holder) continue;
      const { id, start } = holder;
      if (holder.host !== host) refuse(name, `process ${id} on ${holder.host}`, 'Close it there');
      if (isAlive(id, start)) refuse(name, `process ${id}`, 'End that process first');
      await rm(path.join(folder, name), { force: true });
    }
  } catch (error) {
    await release();
    throw error;
  }
  return release;
}

interface Holder {
  readonly host: string;
  readonly id: number;
  readonly start: string;
}

/** Who is named behind the prefix of a lock file; undefined for the lock of a file whose own name begins like one. */
function parseHolder(text: string): Holder | undefined {
  const [, host, id, start] = /^((?:(?!\.lock-).)+)-(\d+)-(\d+)$/.exec(text) ?? [];
  return host && id && start ? { host, id: Number(id), start } : undefined;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** Whether the process that started at `start` still lives; ids are given out again, so that an id alone says little. */
function isAlive(id: number, start: string): boolean {
  try {
    process.kill(id, 0);
  } catch (error) {
    // Anything else than "no such process" means that there is one, which belongs to somebody else.
    return !hasCode(error, 'ESRCH');
  }
  const actual = startOf(id);
  return actual === undefined || actual === start;
}

/**
 * When a process started, in ticks since the machine did, as Linux tells; `ended` for one that is dead and only not yet
 * collected by its parent. Undefined where it cannot be told.
 */
function startOf(id: number): string | undefined {
  try {
    // The name in brackets may hold anything, also brackets and blanks; what follows the last one is fields.
    const fields = readFileSync(`/proc/${id}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : fields[19];
  } catch {
    return undefined;
  }
}

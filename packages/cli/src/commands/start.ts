import { isDeepStrictEqual } from 'node:util';
import { ConfigurationError } from '@migration-status/core';
import { parseAddress } from '../address/parse-address.ts';
import { parseJsonFlag } from '../address/parse-json-flag.ts';
import { toRef } from '../address/to-ref.ts';
import type { Account } from '../config/accounts.ts';
import { describeError } from '../describe-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { toJsonText } from '../render/to-json-text.ts';
import { openStartMemory } from '../store/open-start-memory.ts';
import type { Surroundings } from '../surroundings.ts';
import type { SourceFlags } from './flags.ts';
import { openAccounts } from './open-accounts.ts';

/** The flags of `start`. */
export interface StartFlags extends SourceFlags {
  /** What the adapter's `start` is handed, as JSON; `-` for the standard input. */
  readonly input: string;
  readonly json?: boolean | undefined;
}

/**
 * Starts a migration, once, and tells its key. Where no answer comes, whether it has begun is not knowable from outside, and
 * nothing is repeated. A database has to be there before anything is started. Gives the exit code.
 */
export async function start(name: string, flags: StartFlags, surroundings: Surroundings): Promise<number> {
  const text = flags.input === '-' ? await surroundings.readInput() : flags.input;
  const input = parseJsonFlag('--input', text);
  const opened = await openAccounts(flags, surroundings);
  const { account } = parseAddress(name, opened.accounts);
  const adapter = await account.load();
  if (adapter.start === undefined) {
    const message = `${adapter.provider} cannot start migrations`;
    throw new ConfigurationError({ option: 'account', message });
  }
  const { stdout, stderr } = surroundings;
  await using memory = await openStartMemory(opened, adapter, surroundings);
  const ref = await adapter.start(input, { signal: surroundings.interruption });
  const key = adapter.key(ref);
  stdout.write(`${flags.json ? toJsonText({ key, ref }) : key}\n`);
  stderr.write(`To follow it: migration-status watch ${toWords(account, key, ref)}\n`);
  // It has begun, whatever becomes of our notes.
  await memory.remember(ref).catch((error) => {
    stderr.write(`It is not in the ${memory.name}: ${describeError(error).message}\n`);
  });
  return exitCodes.succeeded;
}

/** The key will do where the ref follows from it; some refs know more, such as when they were asked for. */
function toWords(account: Account, key: string, ref: unknown): string {
  const [, ...parts] = key.split('/').map(decodeURIComponent);
  const isWhole = account.refFields !== undefined && isDeepStrictEqual(toRef({ account, parts }), ref);
  if (isWhole) return [account.name, ...key.split('/').slice(1)].join('/');
  return `${account.name} --ref '${toJsonText(ref).replaceAll("'", String.raw`'\''`)}'`;
}

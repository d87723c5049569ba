import { isTerminalState, type StateTable } from '@migration-status/core';
import { parseAddress } from '../address/parse-address.ts';
import { knownAdapters } from '../config/known-adapters.ts';
import { exitCodes } from '../exit-codes.ts';
import { toStreamLook } from '../output/stream-look.ts';
import { shadeText } from '../render/look.ts';
import { toPlainText } from '../render/plain-text.ts';
import { renderWords } from '../render/render-words.ts';
import { toShade, toSymbol } from '../render/state-look.ts';
import { toJsonText } from '../render/to-json-text.ts';
import type { Surroundings } from '../surroundings.ts';
import type { SourceFlags } from './flags.ts';
import { openAccounts } from './open-accounts.ts';

/** The flags of `states`. */
export interface StatesFlags extends SourceFlags {
  readonly color?: string | undefined;
  readonly json?: boolean | undefined;
}

/**
 * Shows what a provider's own words mean here: of one account or known adapter, or of all known adapters. The words of a known
 * adapter need no credentials. Gives the exit code.
 */
export async function states(
  name: string | undefined,
  flags: StatesFlags,
  surroundings: Surroundings,
): Promise<number> {
  const tables =
    name === undefined ? await loadKnownTables() : { [name]: await loadTable(name, flags, surroundings) };
  const { stdout, environment } = surroundings;
  const look = toStreamLook({ color: flags.color, environment, isTerminal: stdout.isTTY === true });
  const lines = Object.entries(tables).flatMap(([provider, table]) =>
    Object.entries(table).map(([word, state]) => [
      shadeText(toSymbol(state, look), toShade(state), look),
      provider,
      toPlainText(word),
      state,
      isTerminalState(state) ? 'ends it' : '',
    ]),
  );
  const head = ['', 'PROVIDER', 'NATIVE', 'STATE', ''];
  stdout.write(`${flags.json ? toJsonText(tables, 2) : renderWords([head, ...lines])}\n`);
  return exitCodes.succeeded;
}

async function loadTable(name: string, flags: StatesFlags, surroundings: Surroundings): Promise<StateTable> {
  const { accounts } = await openAccounts(flags, surroundings);
  const known = knownAdapters.get(name);
  if (known && !accounts.get(name)?.isConfigured) return (await known.load()).states;
  return (await parseAddress(name, accounts).account.load()).states;
}

async function loadKnownTables(): Promise<Readonly<Record<string, StateTable>>> {
  const loaded = Array.from(knownAdapters, async ([name, known]) => {
    return [name, (await known.load()).states] as const;
  });
  return Object.fromEntries(await Promise.all(loaded));
}

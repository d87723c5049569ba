import { ConfigurationError } from '@migration-status/core';
import { resolveTargets } from '../address/resolve-targets.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Surroundings } from '../surroundings.ts';
import type { SourceFlags } from './flags.ts';
import { openAccounts } from './open-accounts.ts';

/** The flags of `cancel`. */
export interface CancelFlags extends SourceFlags {
  readonly ref?: string | undefined;
}

/** Asks the provider to call off one migration. That it has been asked is not yet that it has ended. Gives the exit code. */
export async function cancel(
  address: string,
  flags: CancelFlags,
  surroundings: Surroundings,
): Promise<number> {
  const accounts = await openAccounts(flags, surroundings);
  const [target] = await resolveTargets([address], flags.ref, accounts);
  if (target?.adapter.cancel === undefined) {
    const message = `${target?.adapter.provider} cannot cancel migrations`;
    throw new ConfigurationError({ option: 'address', message });
  }
  const { adapter, ref } = target;
  await target.adapter.cancel(ref, { signal: surroundings.interruption });
  surroundings.stderr.write(`${adapter.key(ref)}: the provider has been asked to cancel it\n`);
  return exitCodes.succeeded;
}

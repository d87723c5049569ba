import { type Followed, type HandleBook, roundingMs } from './books.ts';
import type { Ledger } from './ledger.ts';
import type { SimulatedProvider } from './provider.ts';
import type { Random } from './random.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** What callers act upon. */
export interface CallerContext {
  readonly ledger: Ledger;
  readonly process: SimulatedProcess;
  readonly providers: readonly SimulatedProvider[];
  readonly random: Random;
}

/** Things that callers can do, by name. */
export type Actions = Readonly<Record<string, () => void>>;

export function log({ ledger }: CallerContext, line: string): void {
  ledger.log.write(`${ledger.now().toFixed(3)} ${line}`);
}

export function pickHandle({ process: { handles }, random }: CallerContext): HandleBook | undefined {
  return handles.size === 0 ? undefined : random.pick([...handles]);
}

export function pickFollowed({ ledger: { followed }, random }: CallerContext): Followed | undefined {
  return followed.size === 0 ? undefined : random.pick([...followed.values()]);
}

/** Whether nothing is on its way to those who wait for it; who acts in between could be told either way. */
export function isQuiet({ expected, handles }: Followed): boolean {
  return (
    expected.length === 0 &&
    [...handles].every(({ waits }) => [...waits].every(({ expectation }) => expectation === undefined))
  );
}

/** Whether its read is being given up at this moment, of which the books are told last. */
export function isGivenUp({ request }: Followed, { now, policy }: Ledger): boolean {
  return request !== undefined && now() >= request.startedAt + policy.readTimeoutMs - roundingMs;
}

/** Whether nobody would notice that he is told less. */
export function isUnwatched({ handles }: Followed): boolean {
  return [...handles].every(({ waits, streams }) => waits.size === 0 && streams.size === 0);
}

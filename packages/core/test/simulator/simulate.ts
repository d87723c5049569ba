import type { TrackerExport } from '../../src/index.ts';
import type { Violation } from './books.ts';
import { type Callers, createCallers } from './callers.ts';
import type { Core } from './core.ts';
import { createEventLog } from './event-log.ts';
import { checkClosed, checkInvariants } from './invariants.ts';
import { createLedger } from './ledger.ts';
import { createProviders } from './provider.ts';
import { createRandom } from './random.ts';
import { drawPolicy } from './run-policy.ts';
import { createSavedProcess } from './saved-process.ts';
import { type SimulatedProcess, startProcess } from './simulated-process.ts';
import { createVirtualClock } from './virtual-clock.ts';

export interface SimulationOptions {
  readonly seed: number;
  /** How many events are to happen. */
  readonly steps: number;
  /** Is shown each line of the log. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** What a run showed. */
export interface SimulationResult {
  readonly seed: number;
  /** Events that have happened. */
  readonly steps: number;
  readonly reads: number;
  /** How long it took in the time of the simulated world. */
  readonly virtualMs: number;
  /** The same for two runs exactly when all that happened in them is the same. */
  readonly digest: string;
  /** Present when a promise was broken; the run ends there. */
  readonly violation?: Violation & { readonly lastEvents: readonly string[] };
}

/** More events than this at one moment mean that time stands still. */
const mostAtOneMoment = 2_000;

/** Turns of the event loop for a call that needs several. */
const mostTurns = 10_000;

/**
 * Lets callers, providers, the network and the clock loose on a tracker, all from one seed and in virtual time, and holds
 * what can be seen from outside against books of its own after every event.
 *
 * @param core The module under test.
 */
export async function simulate(
  core: Core,
  { seed, steps, onLine }: SimulationOptions,
): Promise<SimulationResult> {
  const random = createRandom(`seed ${seed}`);
  const clock = createVirtualClock();
  const log = createEventLog(onLine);
  const ledger = createLedger(clock, drawPolicy(random.fork('policy')), log);
  const providers = createProviders({ core, clock, ledger, random: random.fork('providers') });
  const dice = random.fork('callers');
  const coreDice = random.fork('core');
  const time = random.fork('time');
  log.write(JSON.stringify(ledger.policy));

  let saved = createSavedProcess(core, ledger, () => dice.chance(0.1));
  let { process, callers } = start();

  function start(resume?: TrackerExport): { readonly process: SimulatedProcess; readonly callers: Callers } {
    ledger.isClosed = false;
    const process = startProcess({
      core,
      clock: clock.startProcess(time.pick([0, time.between(0, 1e7)])),
      ledger,
      providers,
      random: coreDice.next,
      store: saved.store,
      resume,
    });
    if (resume) saved.restore(process, resume);
    const callers = createCallers({ ledger, process, providers, random: dice });
    process.react = callers.react;
    return { process, callers };
  }

  /** Ends a process in good order, and looks whether anything is left. */
  async function finish(): Promise<void> {
    saved.save(process);
    callers.close();
    await settle();
    checkClosed(ledger, process);
    bury();
  }

  /** The process is gone, in whatever way; what it had asked for comes back to nobody. */
  function bury(): void {
    process.isDead = true;
    process.clock.kill();
    ledger.forgetProcess();
  }

  /** The process dies, at whatever moment, and another takes up what is stored. */
  async function crash(): Promise<void> {
    log.write(`${clock.now().toFixed(3)} crash`);
    bury();
    await startNext(true);
    checkInvariants(ledger, process, saved, clock);
  }

  /** Another process takes up what the last has stored, or begins afresh. */
  async function startNext(isResumed: boolean): Promise<void> {
    log.write(`${clock.now().toFixed(3)} ${isResumed ? 'resume' : 'start'}`);
    if (!isResumed) saved = createSavedProcess(core, ledger, () => dice.chance(0.1));
    ({ process, callers } = start(await saved.load()));
  }

  /** Waits for calls that need no time of the clock, but turns of the event loop. */
  async function waitUntilIdle(): Promise<void> {
    let isBusy = true;
    const idle = () => {
      isBusy = false;
    };
    Promise.all(process.busy.splice(0)).then(idle, (error) => {
      ledger.report('adding many succeeds', String(error));
      idle();
    });
    for (let turns = 0; isBusy && turns < mostTurns; turns += 1) await settle();
    if (isBusy) ledger.report('adding many needs no time of the clock', `${mostTurns} turns were not enough`);
  }

  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

  function disturbTime(): void {
    // Who sleeps while much is under way wakes up to much at once.
    const sleep = ledger.requests.size > 1 ? 8 : 1;
    const what = time.weighted({ nothing: 20, wallForth: 1, wallBack: 1, sleep });
    if (what === 'wallForth') clock.jumpWallTime(time.magnitude(1_000, 1e9));
    if (what === 'wallBack') clock.jumpWallTime(-time.magnitude(1_000, 1e9));
    if (what === 'sleep') {
      clock.sleep(time.magnitude(100, 100_000));
      ledger.wokeAt = clock.now();
      for (const request of ledger.requests) request.latestEnd = Math.max(request.latestEnd, clock.now());
      for (const { waits } of [...process.handles, ...process.released]) {
        for (const wait of waits) wait.latestEnd = Math.max(wait.latestEnd, clock.now());
      }
    }
    // Who takes up work by the wall clock cannot know that it was set before.
    if (what === 'wallForth' || what === 'wallBack') saved.save(process);
    if (what !== 'nothing') log.write(`${clock.now().toFixed(3)} ${what}`);
  }

  const restless = random.magnitude(0.3, 3);

  function act(): void {
    disturbTime();
    callers.act();
    const gapMs = dice.weighted({ short: 10, long: 5, endless: 0.3 });
    const most = { short: 50, long: 4_000, endless: 120_000 }[gapMs];
    clock.after(dice.between(0, most) / restless, act);
  }

  clock.after(0, act);
  let done = 0;
  let atOneMoment = 0;
  try {
    for (; done < steps && !ledger.violation; done += 1) {
      const before = clock.now();
      if (dice.chance(0.0005)) {
        await finish();
        await startNext(dice.chance(0.5));
      } else await clock.next();
      if (process.busy.length > 0) await waitUntilIdle();
      atOneMoment = clock.now() === before ? atOneMoment + 1 : 0;
      if (atOneMoment > mostAtOneMoment) ledger.report('time goes on', `it stands still at ${before}`);
      if (!ledger.violation) checkInvariants(ledger, process, saved, clock);
      if (dice.chance(0.005)) saved.save(process);
      if (!ledger.violation && dice.chance(0.002)) await crash();
    }
    if (!ledger.violation) await finish();
  } catch (error) {
    ledger.report('nothing throws', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const { violation } = ledger;
  process.isDead = true;
  return {
    seed,
    steps: done,
    reads: ledger.reads,
    virtualMs: clock.now(),
    digest: log.digest(),
    ...(violation && { violation: { ...violation, lastEvents: log.last() } }),
  };
}

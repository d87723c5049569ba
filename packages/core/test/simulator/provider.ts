import type { FailureClass, MigrationAdapter, TrackerOptions } from '../../src/index.ts';
import type { Core } from './core.ts';
import type { Ledger } from './ledger.ts';
import { drawTruth, type Truth, type TruthOverTime } from './migration-truth.ts';
import type { Random } from './random.ts';
import type { Answer } from './row-book.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** The address of a simulated migration; the run is no part of the key. */
export interface SimulatedRef {
  readonly id: string;
  readonly run?: number;
}

/** A provider, its adapter, and what its tests may know of it. */
export interface SimulatedProvider {
  readonly name: string;
  readonly adapter: TrackerOptions['adapters'][number];
  readonly isBatched: boolean;
  key(ref: SimulatedRef): string;
  lane(ref: SimulatedRef): string;
  /** What it would say at this moment. */
  truth(ref: SimulatedRef): Truth;
}

type Weather = 'fair' | 'outage' | 'throttling' | 'refusing' | 'hanging' | 'mixed' | 'forgetful';

interface Host {
  readonly name: string;
  weather: Weather;
  readonly latencyMs: number;
  namesWait: boolean;
  readonly namesLimit: boolean;
}

/** What an adapter does with a read: gives or throws something. */
interface Delivery {
  readonly answer: Answer;
  readonly value?: unknown;
  readonly error?: unknown;
}

/** Makes the providers of a run: one that reads one by one, and two that read many at once, one of which shares a host. */
export function createProviders({
  core,
  clock,
  ledger,
  random,
}: {
  readonly core: Core;
  readonly clock: VirtualClock;
  readonly ledger: Ledger;
  readonly random: Random;
}): readonly SimulatedProvider[] {
  const hosts = ['alpha', 'beta', 'gamma'].map((name): Host => {
    const host: Host = {
      name,
      weather: 'fair',
      latencyMs: random.pick([0, 5, 100, 700, 2_000]),
      namesWait: random.chance(0.6),
      namesLimit: random.chance(0.3),
    };
    changeWeather(host, random.fork(`weather of ${name}`));
    return host;
  });
  const badLuck = random.pick([0, 0.02, 0.15]);

  function changeWeather(host: Host, weather: Random): void {
    const isFair = host.weather !== 'fair';
    host.weather = isFair
      ? 'fair'
      : weather.weighted({ outage: 3, throttling: 3, refusing: 1, hanging: 2, mixed: 4, forgetful: 3 });
    const lastsMs = isFair ? weather.magnitude(1_000, 60_000) : weather.magnitude(300, 15_000);
    ledger.log.write(`${clock.now().toFixed(3)} weather ${host.name} ${host.weather}`);
    clock.after(lastsMs, () => changeWeather(host, weather));
  }

  function createProvider(name: string, places: readonly Host[], maxBatchSize: number): SimulatedProvider {
    const dice = random.fork(`provider ${name}`);
    const truths = new Map<string, TruthOverTime>();
    const spoilers = new Set<string>();
    const key = ({ id }: SimulatedRef) => `${name}/${id}`;
    const hostOf = ({ id }: SimulatedRef) => places[id.length % places.length] ?? dice.pick(places);
    const lane = (ref: SimulatedRef) => `https://${hostOf(ref).name}.example`;

    function truth(ref: SimulatedRef): Truth {
      const address = `${ref.id} ${ref.run ?? 0}`;
      const known = truths.get(address) ?? drawTruth(random.fork(`truth ${name} ${address}`), clock.now());
      if (!truths.has(address) && dice.chance(0.05)) spoilers.add(ref.id);
      truths.set(address, known);
      return known(clock.now());
    }

    function fail(failure: FailureClass, retryAfterMs?: number): Delivery {
      const code = codes[failure];
      const error = new core.ProviderRequestError({
        provider: name,
        code,
        failure,
        message: `${name} says ${failure}`,
        retryAfterMs,
      });
      return { answer: { type: 'failure', failure, code, retryAfterMs }, error };
    }

    /** What no adapter should do, and some do. */
    function misbehave(): Delivery {
      const broken = { type: 'failure', failure: 'invalid_response', code: 'invalid_response' } as const;
      const accident = { type: 'failure', failure: 'transient', code: 'unreachable' } as const;
      return dice.pick<Delivery>([
        { answer: broken, value: undefined },
        { answer: broken, value: null },
        { answer: broken, value: { state: 'finished', nativeState: 'FINISHED', native: null } },
        { answer: broken, value: { state: 'running', native: null } },
        {
          answer: broken,
          value: { state: 'running', nativeState: 'RUNNING', progress: 'half', native: null },
        },
        { answer: accident, error: new Error('the socket hung up') },
        { answer: accident, error: 'a word that was thrown' },
        { answer: accident, error: undefined },
        fail('invalid_response'),
      ]);
    }

    function tell(ref: SimulatedRef): Delivery {
      const told = truth(ref);
      const isForgetful = hostOf(ref).weather === 'forgetful';
      const isBlip = dice.chance(isForgetful ? 0.5 : badLuck / 3);
      const said: Truth = isBlip ? { state: 'not_found', nativeState: '' } : told;
      const wish = dice.weighted({ none: 16, some: 1, odd: 1 });
      const retryAfterMs = wish === 'some' ? dice.magnitude(10, 5_000) : undefined;
      const memo = dice.chance(0.5) ? { cursor: dice.integer(0, 1_000) } : undefined;
      const odd = dice.pick([Number.NaN, -5, Number.POSITIVE_INFINITY]);
      const isLimited = hostOf(ref).namesLimit && dice.chance(0.2);
      const limit = isLimited
        ? { remaining: dice.integer(0, 20), resetMs: dice.magnitude(50, 5_000) }
        : undefined;
      return {
        answer: {
          type: 'reading',
          status: { ...said, observedAt: ledger.at() },
          retryAfterMs,
          memo,
          limit,
        },
        value: {
          ...said,
          native: { said: said.nativeState },
          ...(wish !== 'none' && { retryAfterMs: retryAfterMs ?? odd }),
          ...(memo && { memo }),
          ...(limit && { rateLimit: limit }),
        },
      };
    }

    function tellOne(ref: SimulatedRef, isAlone: boolean): Delivery {
      if (dice.chance(badLuck)) return dice.chance(0.5) ? misbehave() : fail(dice.pick(failures));
      truth(ref);
      return isAlone && spoilers.has(ref.id) ? fail('invalid_request') : tell(ref);
    }

    /** What stops the whole request, if something does. */
    function fallFoul(host: Host): Delivery | undefined {
      const { weather } = host;
      if (weather === 'throttling' || (weather === 'mixed' && dice.chance(0.3))) {
        const waitMs = dice.magnitude(50, 8_000);
        return fail('throttled', host.namesWait ? waitMs : undefined);
      }
      if (weather === 'outage' || (weather === 'mixed' && dice.chance(0.3))) {
        return dice.chance(0.2) ? fail('transient', dice.magnitude(100, 3_000)) : fail('transient');
      }
      if (weather === 'refusing' || (weather === 'mixed' && dice.chance(0.3)))
        return fail(dice.pick(['unauthorized', 'forbidden']));
      return undefined;
    }

    /** A request from its start to its answer; `compose` says what comes back. */
    function ask(
      refs: readonly SimulatedRef[],
      signal: AbortSignal | undefined,
      compose: (host: Host) => { answers: Map<string, Answer>; give: () => unknown },
    ): Promise<unknown> {
      const [first] = refs;
      if (first === undefined) {
        ledger.report('no request for nothing', name);
        return Promise.reject(new Error('nothing was asked'));
      }
      const host = hostOf(first);
      const request = ledger.begin({
        keys: refs.map(key),
        isBatched: maxBatchSize > 1,
        isFull: refs.length >= maxBatchSize,
        lane: lane(first),
        signal,
      });
      if (refs.some((ref) => lane(ref) !== lane(first))) {
        ledger.report('a request stays in its lane', refs.map(key).join(' '));
      }
      const isHanging = host.weather === 'hanging' || dice.chance(badLuck / 5);
      const isDeaf = dice.chance(0.3);
      const delayMs = isHanging ? ledger.policy.readTimeoutMs * dice.between(0.5, 3) : host.latencyMs;
      return new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => {
          ledger.giveUp(request);
          if (!isDeaf) reject(signal.reason);
        });
        const deliver = () => {
          if (request.isOrphan) return;
          const { answers, give } = compose(host);
          if (!ledger.answer(request, answers)) ledger.log.write(`late ${request.name}`);
          try {
            resolve(give());
          } catch (error) {
            reject(error);
          }
        };
        if (delayMs === 0) queueMicrotask(deliver);
        else if (Number.isFinite(delayMs)) clock.after(delayMs * dice.between(0.5, 1.5), deliver);
      });
    }

    function give(delivery: Delivery): unknown {
      if ('error' in delivery) throw delivery.error;
      return delivery.value;
    }

    const adapter = {
      specVersion: 1,
      provider: name,
      capabilities: {
        progress: 'percent',
        maxBatchSize,
        list: false,
        start: false,
        cancel: false,
        push: false,
      },
      states: {},
      parseRef: (value) => value as SimulatedRef,
      key,
      lane,
      async getStatus(ref, { signal, memo } = {}) {
        checkAddress(ref, memo);
        return (await ask([ref], signal, (host) => {
          const delivery = fallFoul(host) ?? tellOne(ref, true);
          return {
            answers: new Map([[key(ref), delivery.answer]]),
            give: () => give(delivery),
          };
        })) as never;
      },
      ...(maxBatchSize > 1 && {
        async getStatuses(refs, { signal, memos } = {}) {
          for (const ref of refs) checkAddress(ref, memos?.get(key(ref)));
          return (await ask(refs, signal, (host) => tellMany(refs, fallFoul(host)))) as never;
        },
      }),
      classify(error) {
        const failure: unknown =
          typeof error === 'object' && error !== null ? Reflect.get(error, 'failure') : undefined;
        if (typeof failure === 'string') return failure as FailureClass;
        if (name === 'odd') throw new Error('the adapter cannot tell');
        return 'nonsense' as FailureClass;
      },
    } satisfies MigrationAdapter<unknown, SimulatedRef>;

    /** Answers come in any order, some are missing, some twice, some were not asked for, and one ref can spoil all. */
    function tellMany(refs: readonly SimulatedRef[], foul: Delivery | undefined) {
      const isSpoilt = refs.some(({ id }) => spoilers.has(id));
      const isBroken = dice.chance(badLuck / 2);
      const whole = foul ?? (isSpoilt ? fail('invalid_request') : isBroken ? misbehave() : undefined);
      if (whole) {
        const answers = new Map(refs.map((ref) => [key(ref), whole.answer]));
        return { answers, give: () => give(whole) };
      }
      const deliveries = refs.map((ref) => {
        const isMissing = dice.chance(badLuck / 2);
        const delivery = isMissing ? missing() : tellOne(ref, false);
        return { ref, delivery, isMissing };
      });
      const results = deliveries
        .filter(({ isMissing }) => !isMissing)
        .flatMap(({ ref, delivery }) => {
          const result = [key(ref), 'error' in delivery ? delivery.error : delivery.value] as const;
          return dice.chance(0.1) ? [result, result] : [result];
        });
      const shuffled = results.sort(() => dice.next() - 0.5);
      const stray = dice.chance(0.1) ? [[`${name}/stray`, tell({ id: 'stray' }).value] as const] : [];
      return {
        answers: new Map(deliveries.map(({ ref, delivery }) => [key(ref), toMapAnswer(delivery)])),
        give: () => new Map([...stray, ...shuffled]),
      };
    }

    function missing(): Delivery {
      const status = { state: 'not_found', nativeState: '', observedAt: ledger.at() } as const;
      return { answer: { type: 'reading', status } };
    }

    /** The ref and the memo have to be the latest of the migration. */
    function checkAddress(ref: SimulatedRef, memo: unknown): void {
      const followed = ledger.followed.get(key(ref));
      if (followed === undefined) return;
      if (JSON.stringify(followed.ref) !== JSON.stringify(ref)) {
        ledger.report('the latest ref is read', `${key(ref)}: ${JSON.stringify(ref)}`);
      }
      if (JSON.stringify(memo) !== JSON.stringify(followed.row.memo)) {
        ledger.report('the memo of the last reading comes back', `${key(ref)}: ${JSON.stringify(memo)}`);
      }
    }

    return {
      name,
      adapter: adapter as MigrationAdapter as never,
      isBatched: maxBatchSize > 1,
      key,
      lane,
      truth,
    };
  }

  const [alpha, beta, gamma] = hosts;
  if (!alpha || !beta || !gamma) return [];
  return [
    createProvider('single', [alpha], 1),
    createProvider('many', [beta], random.integer(2, 5)),
    createProvider('odd', [beta, gamma], 3),
  ];
}

/** In a map of results an error of another kind is no reading. */
function toMapAnswer({ answer, ...rest }: Delivery): Answer {
  if (answer.type !== 'failure' || answer.code !== 'unreachable' || !('error' in rest)) return answer;
  return { type: 'failure', failure: 'invalid_response', code: 'invalid_response' };
}

const failures: readonly FailureClass[] = [
  'transient',
  'throttled',
  'unauthorized',
  'forbidden',
  'invalid_request',
  'invalid_response',
];

const codes = {
  transient: 'server_error',
  throttled: 'throttled',
  unauthorized: 'unauthorized',
  forbidden: 'forbidden',
  invalid_request: 'invalid_request',
  invalid_response: 'invalid_response',
} as const;

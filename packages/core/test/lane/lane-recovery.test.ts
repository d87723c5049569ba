import { describe, expect, test } from 'vitest';
import { defaultLanePolicy as policy } from '../../src/lane/lane.ts';
import {
  type Arrival,
  countByWindow,
  createBucketServer,
  createDice,
  createSlidingServer,
  createWindowServer,
  driveGreedily,
  type Hints,
  type LimitOf,
  type Server,
  shiftedBy,
  withOutage,
} from './simulated-servers.ts';

/** So many requests in so many seconds. */
interface Limit {
  readonly requests: number;
  readonly seconds: number;
}

const limits: readonly Limit[] = [
  { requests: 600, seconds: 60 },
  { requests: 60, seconds: 60 },
  { requests: 1_000, seconds: 60 },
  { requests: 100, seconds: 10 },
  { requests: 300, seconds: 10 },
];
const windows = 14;
const lowFrom = 4;
const restoredAt = 9;
const seeds = [1, 2, 3];

/** The limit is a tenth for five windows, and then what it was. */
const dip =
  ({ requests }: Limit): LimitOf =>
  (window) =>
    window >= lowFrom && window < restoredAt ? requests / 10 : requests;

function drive(server: Server, { seconds }: Limit, seed: number): readonly Arrival[] {
  return driveGreedily(server, windows * seconds * 1_000, policy, createDice(seed));
}

/** The share of what a server allows that it answered, by window. */
function toShares(arrivals: readonly Arrival[], limit: Limit): readonly number[] {
  const answered = countByWindow(arrivals, 'answered', limit.seconds * 1_000, windows);
  return answered.map((count) => count / limit.requests);
}

function countThrottled(arrivals: readonly Arrival[], { seconds }: Limit): readonly number[] {
  return countByWindow(arrivals, 'throttled', seconds * 1_000, windows);
}

/** A bucket gives back in one window what was left in it in the one before, so two of them are taken together. */
function expectRecovery(arrivals: readonly Arrival[], limit: Limit, from = restoredAt): void {
  const [second = 0, third = 0] = toShares(arrivals, limit).slice(from + 1);
  expect((second + third) / 2).toBeGreaterThanOrEqual(0.95);
}

/** Requests that are sent although somebody was told to wait, and the wait is not over. */
function findIntrusions(arrivals: readonly Arrival[]): readonly Arrival[] {
  let closedUntil = Number.NEGATIVE_INFINITY;
  const known = [...arrivals];
  return arrivals.filter(({ sentAt }) => {
    for (let first = known[0]; first !== undefined && first.answeredAt <= sentAt; first = known[0]) {
      known.shift();
      if (first.outcome.type === 'throttled')
        closedUntil = Math.max(closedUntil, first.answeredAt + (first.outcome.retryAfterMs ?? 0));
    }
    return sentAt < closedUntil;
  });
}

describe.each(limits)('a server of $requests requests in $seconds s', (limit) => {
  const windowMs = limit.seconds * 1_000;
  const capacities = [limit.requests, Math.max(limit.requests / 10, (2 * limit.requests) / limit.seconds)];

  const servers: readonly (readonly [title: string, createServer: () => Server])[] = [
    ...(['Retry-After', 'nothing', 'headers'] as const).map(
      (hints: Hints) =>
        [`with windows that tells ${hints}`, () => createWindowServer(dip(limit), windowMs, hints)] as const,
    ),
    ...capacities.flatMap((capacity) =>
      (['Retry-After', 'nothing'] as const).map(
        (hints: Hints) =>
          [
            `with a bucket of ${capacity} that tells ${hints}`,
            () => createBucketServer(dip(limit), windowMs, capacity, hints),
          ] as const,
      ),
    ),
  ];

  test.each(servers)('%s is used again within two windows after it allows more', (_title, createServer) => {
    for (const seed of seeds) expectRecovery(drive(createServer(), limit, seed), limit);
  });

  test.each(servers)('%s gets no request before the wait is over', (_title, createServer) => {
    for (const seed of seeds) expect(findIntrusions(drive(createServer(), limit, seed))).toEqual([]);
  });

  test('with headers refuses nothing after the first window', () => {
    for (const seed of seeds) {
      const arrivals = drive(createWindowServer(dip(limit), windowMs, 'headers'), limit, seed);
      expect(countThrottled(arrivals, limit).slice(1)).toEqual(Array.from({ length: windows - 1 }, () => 0));
    }
  });

  test('is used again within two windows after an outage of a minute', () => {
    const outageFrom = 2 * windowMs;
    for (const seed of seeds) {
      const server = createWindowServer(() => limit.requests, windowMs, 'Retry-After');
      const arrivals = drive(withOutage(server, outageFrom, outageFrom + 60_000), limit, seed);
      const [recoveredAt = 0] = arrivals
        .filter(({ arrivedAt, outcome }) => arrivedAt > outageFrom + 60_000 && outcome.type === 'answered')
        .map(({ arrivedAt }) => arrivedAt);
      expect(recoveredAt).toBeLessThan(outageFrom + 60_000 + 1.1 * policy.parkCeilingMs);
      const outage = countByWindow(arrivals, 'transient', 60_000, 1 + outageFrom / 60_000);
      expect(outage.reduce((sum, count) => sum + count, 0)).toBeLessThan(20);
      expectRecovery(arrivals, limit, Math.floor(recoveredAt / windowMs));
    }
  });
});

test.each([1, 2, 3, 6, 15])(
  'a server with headers that takes %i in ten seconds refuses nothing after the first window',
  (requests) => {
    const limit = { requests, seconds: 10 };
    const arrivals = drive(
      createWindowServer(() => requests, 10_000, 'headers'),
      limit,
      1,
    );
    expect(Math.max(...countThrottled(arrivals, limit).slice(1))).toBe(0);
    expect(Math.min(...toShares(arrivals, limit).slice(1))).toBeGreaterThanOrEqual(0.9);
  },
);

/** What is got of a bucket in two windows depends on where in a second its waits begin; the average tells. */
const manySeeds = Array.from({ length: 20 }, (_, index) => index + 1);
const toMean = (numbers: readonly number[]) =>
  numbers.reduce((total, number) => total + number, 0) / numbers.length;

test.each(
  [
    { requests: 100, seconds: 10 },
    { requests: 300, seconds: 10 },
    { requests: 600, seconds: 60 },
  ].flatMap((limit) => (['Retry-After', 'nothing'] as const).map((hints) => ({ ...limit, hints }))),
)(
  'a bucket that holds a second of $requests in $seconds s and tells $hints is used again within two windows',
  ({ hints, ...limit }) => {
    const capacity = limit.requests / limit.seconds;
    const shares = manySeeds.map((seed) => {
      const server = createBucketServer(dip(limit), limit.seconds * 1_000, capacity, hints);
      return toMean(toShares(drive(server, limit, seed), limit).slice(restoredAt + 1, restoredAt + 3));
    });
    expect(toMean(shares)).toBeGreaterThanOrEqual(0.95);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.9);
  },
);

test.each([5, 10, 30])(
  'a bucket of %i that is filled within a second is used from two seconds after the first refusal on',
  (requests) => {
    const limit = { requests, seconds: 1 };
    const shares = manySeeds.map((seed) => {
      const server = createBucketServer(() => requests, 1_000, requests, 'Retry-After');
      const arrivals = drive(server, limit, seed);
      const [refusedAt = 0] = arrivals
        .filter(({ outcome }) => outcome.type === 'throttled')
        .map(({ arrivedAt }) => arrivedAt);
      return toMean(toShares(arrivals, limit).slice(Math.floor(refusedAt / 1_000) + 2));
    });
    expect(toMean(shares)).toBeGreaterThanOrEqual(0.9);
  },
);

test('a bucket that is asked all the time refuses no more than one in twenty', () => {
  const limit = { requests: 600, seconds: 60 };
  for (const seed of seeds) {
    const arrivals = drive(
      createBucketServer(() => 600, 60_000, 60),
      limit,
      seed,
    );
    const throttled = countThrottled(arrivals, limit).slice(1);
    for (const count of throttled) expect(count / limit.requests).toBeLessThan(0.05);
  }
});

const shortLimits: readonly Limit[] = [
  { requests: 5, seconds: 1 },
  { requests: 10, seconds: 1 },
  { requests: 30, seconds: 1 },
  { requests: 5, seconds: 2 },
  { requests: 10, seconds: 2 },
];

/** What came of a minute and the four after it, of what the server allowed, and how often it refused in each of these. */
function toFigures(server: Server, { requests, seconds }: Limit, seed: number) {
  const minute = 60_000;
  const arrivals = driveGreedily(server, 5 * minute, policy, createDice(seed));
  const later = arrivals.filter(({ arrivedAt }) => arrivedAt >= minute && arrivedAt < 5 * minute);
  const isAnswered = ({ outcome }: Arrival) => outcome.type === 'answered';
  const answered = later.filter(isAnswered).length;
  return {
    share: answered / (requests * (240 / seconds)),
    refusals: (later.length - answered) / 4,
    refusalsAtFirst: arrivals.filter((arrival) => arrival.arrivedAt < minute && !isAnswered(arrival)).length,
  };
}

/** A refusal costs a second, so nobody learns from many of them; the spacing is found within a minute. */
describe.each(
  shortLimits.flatMap((limit) => (['Retry-After', 'nothing'] as const).map((hints) => ({ ...limit, hints }))),
)('a server of $requests requests in $seconds s that tells $hints', ({ hints, ...limit }) => {
  const windowMs = limit.seconds * 1_000;
  const everyServer: readonly (readonly [title: string, least: number, create: (seed: number) => Server])[] =
    [
      [
        'with windows',
        0.94,
        (seed) =>
          shiftedBy(
            createWindowServer(() => limit.requests, windowMs, hints),
            windowMs * (seed / 20),
          ),
      ],
      [
        'that counts back from each request',
        0.92,
        () => createSlidingServer(limit.requests, windowMs, hints),
      ],
      [
        'with a bucket',
        0.97,
        () => createBucketServer(() => limit.requests, windowMs, limit.requests, hints),
      ],
    ];

  test.each(everyServer)('%s is used, and seldom refuses', (_title, least, create) => {
    const figures = manySeeds.map((seed) => toFigures(create(seed), limit, seed));
    expect(toMean(figures.map(({ share }) => share))).toBeGreaterThanOrEqual(least);
    expect(toMean(figures.map(({ refusals }) => refusals))).toBeLessThan(3);
    expect(toMean(figures.map(({ refusalsAtFirst }) => refusalsAtFirst))).toBeLessThan(20);
  });

  test.each(everyServer)('%s gets no request before the wait is over', (_title, _least, create) => {
    const arrivals = driveGreedily(create(1), 120_000, policy, createDice(1));
    expect(findIntrusions(arrivals)).toEqual([]);
  });
});

/** The share of what is allowed in the two windows after the first one of a raise, and from ten to twenty seconds after it. */
function toRaisedShares({ requests, seconds }: Limit, create: (limitOf: LimitOf) => Server, seed: number) {
  const windowMs = seconds * 1_000;
  const low = 20 / seconds;
  const raised = low + 5;
  const server = create((window) => (window >= low && window < raised ? requests / 10 : requests));
  const arrivals = driveGreedily(server, raised * windowMs + 20_000, policy, createDice(seed));
  const answered = countByWindow(arrivals, 'answered', windowMs, raised + 20 / seconds);
  const shares = answered.slice(raised).map((count) => count / requests);
  return { twoWindows: toMean(shares.slice(1, 3)), tenSeconds: toMean(shares.slice(10 / seconds)) };
}

/**
 * A request that finds out whether more is allowed costs a second where it is refused, which is all the time there is. So
 * what holds for longer windows does not hold for these.
 */
test('servers of a second or two that tell no limit are used again by four fifths, and by nine tenths after ten seconds', () => {
  const shares = shortLimits.flatMap((limit) =>
    (['Retry-After', 'nothing'] as const).flatMap((hints) =>
      manySeeds.flatMap((seed) => {
        const windowMs = limit.seconds * 1_000;
        return [
          toRaisedShares(limit, (limitOf) => createWindowServer(limitOf, windowMs, hints), seed),
          toRaisedShares(
            limit,
            (limitOf) => createBucketServer(limitOf, windowMs, limit.requests, hints),
            seed,
          ),
        ];
      }),
    ),
  );
  expect(toMean(shares.map(({ twoWindows }) => twoWindows))).toBeGreaterThanOrEqual(0.82);
  expect(toMean(shares.map(({ tenSeconds }) => tenSeconds))).toBeGreaterThanOrEqual(0.92);
});

test('a lane whose provider allowed a tenth for a minute is quick to try what was possible before', () => {
  const server = createBucketServer((window) => (window >= 12 && window < 18 ? 10 : 100), 10_000, 10);
  const arrivals = driveGreedily(server, 300_000, policy, createDice(1));
  expect(toMean(countByWindow(arrivals, 'answered', 10_000, 30).slice(19))).toBeGreaterThan(95);
});

import { createServer } from 'node:http';
import type { MigrationState } from '@migration-status/core';

/** What becomes of one migration: when it begins to run, when it ends, and how. */
export interface Script {
  readonly runsAtMs: number;
  readonly endsAtMs: number;
  readonly end: MigrationState;
}

/** When a request was sent, in epoch milliseconds: on its way it may be overtaken. */
export const sentHeader = 'x-sent-at';

/** A provider on loopback that watches how it is asked. */
export interface Provider {
  readonly url: string;
  readonly reads: number;
  /** Keys that were read twice at once. */
  readonly doubleReads: readonly string[];
  /** The most requests of one lane in any second, by the time at which they were sent. */
  toBusiestSecond(): number;
  stop(): void;
}

/** @param scripts What becomes of each migration, by `lane/id`; times count from the start of the provider. */
export async function startProvider(scripts: Pick<ReadonlyMap<string, Script>, 'get'>): Promise<Provider> {
  const startedAt = performance.now();
  const underWay = new Set<string>();
  const doubleReads: string[] = [];
  const sent = new Map<string, number[]>();
  let reads = 0;

  function note(lane: string, at: number): void {
    const times = sent.get(lane) ?? [];
    sent.set(lane, times);
    times.push(at);
  }

  const server = createServer((request, response) => {
    const key = (request.url ?? '').slice(1);
    reads += 1;
    note(key.split('/')[0] ?? '', Number(request.headers[sentHeader]));
    if (underWay.has(key)) doubleReads.push(key);
    underWay.add(key);
    // Also of one whose asker has been killed.
    response.on('close', () => underWay.delete(key));
    const answer = setTimeout(
      () => {
        const script = scripts.get(key);
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ state: toState(script, performance.now() - startedAt) }));
      },
      3 + (reads % 20),
    );
    response.on('close', () => clearTimeout(answer));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    get reads() {
      return reads;
    },
    doubleReads,
    toBusiestSecond: () => Math.max(0, ...[...sent.values()].map(toMostInASecond)),
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function toMostInASecond(times: readonly number[]): number {
  const sorted = times.toSorted((left, right) => left - right);
  let first = 0;
  let most = 0;
  for (const [index, time] of sorted.entries()) {
    while ((sorted[first] ?? time) <= time - 1_000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

function toState(script: Script | undefined, ageMs: number): MigrationState {
  if (script === undefined) return 'not_found';
  if (ageMs < script.runsAtMs) return 'pending';
  return ageMs < script.endsAtMs ? 'running' : script.end;
}

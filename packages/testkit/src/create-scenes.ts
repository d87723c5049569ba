import type { AuditOptions } from './audit-options.ts';
import { createFixtureServer, type FixtureServer } from './fixture-server.ts';
import { generateCases } from './generate-cases.ts';
import type { GeneratedCase } from './generated-case.ts';
import type { AdapterHarness, BoundHarness, FixtureAnswer } from './harness.ts';
import { type Outcome, settle } from './outcome.ts';
import {
  createSecret,
  ordinaryId,
  type ReadOptions,
  type SampleReading,
  type Scene,
  toAnswer,
  toSampleRef,
} from './scene.ts';
import { auditLimitMs, TimeLimitError, withTimeLimit } from './time-limit.ts';

/** The scenes of all audits of one adapter. */
export interface Scenes {
  /** Runs with a scene that nobody else uses meanwhile. */
  use<Value>(run: (scene: Scene) => Promise<Value>): Promise<Value>;
  /** How many generated cases have been run. */
  countCases(): number;
}

/** After so many audits that were not over in time the others are not tried: they would not be either. */
const mostOverruns = 3;

/** Makes scenes one after another, and lets their servers be used again. */
export function createScenes(
  harness: AdapterHarness,
  { cases: caseCount = 320, seed = 1, limitMs = auditLimitMs }: AuditOptions = {},
): Scenes {
  const idleServers: FixtureServer[] = [];
  let samples: Promise<readonly SampleReading[]> | undefined;
  let cases: Promise<readonly GeneratedCase[]> | undefined;
  let casesRun = 0;
  let overruns = 0;

  async function use<Value>(run: (scene: Scene) => Promise<Value>): Promise<Value> {
    if (overruns >= mostOverruns) throw new Error('it was not tried, because others were not over in time');
    const server = idleServers.pop() ?? (await createFixtureServer());
    const others: FixtureServer[] = [];
    try {
      return await withTimeLimit(run(createScene(server, others)), limitMs);
    } catch (error) {
      if (error instanceof TimeLimitError) overruns += 1;
      throw error;
    } finally {
      await Promise.all(others.map((other) => other.close()));
      server.play(() => ({ status: 410 }));
      idleServers.push(server);
    }
  }

  function createScene(server: FixtureServer, others: FixtureServer[]): Scene {
    const secret = createSecret();
    server.play(() => ({ status: 404 }));
    const adapter = harness.create({ baseUrl: server.origin, secret });
    checkMembers(adapter);
    const bound: BoundHarness = {
      ...harness,
      toRef: (id, baseUrl = server.origin) => harness.toRef(id, { baseUrl }),
    };
    const ref = bound.toRef(ordinaryId);
    const scene: Scene = {
      harness: bound,
      adapter,
      server,
      secret,
      ref,
      read(reply, options: ReadOptions = {}): Promise<Outcome> {
        const { ref: asked = ref, context } = options;
        server.play((request) => toAnswer(reply, request, asked));
        return settle(() => adapter.getStatus(asked, context));
      },
      async readSamples() {
        samples ??= use(readAll);
        return (await samples).map((reading) => ({ ...reading, ref: toSampleRef(bound, reading.sample) }));
      },
      runCases() {
        cases ??= use((own) => generateCases(own, caseCount, seed)).then((all) => {
          casesRun = all.length;
          return all;
        });
        return cases;
      },
      async openServer() {
        const other = await createFixtureServer();
        others.push(other);
        return other;
      },
    };
    return scene;
  }

  async function readAll({ harness: bound, adapter, server }: Scene): Promise<readonly SampleReading[]> {
    const readings: SampleReading[] = [];
    for (const sample of harness.samples) {
      const ref = toSampleRef(bound, sample);
      const answers: FixtureAnswer[] = [];
      server.play((request) => {
        const answer = toAnswer(sample.reply, request, ref);
        answers.push(answer);
        return answer;
      });
      // A copy, because an adapter may change what it has handed out.
      const outcome = await settle(async () => ({ ...(await adapter.getStatus(ref)) }));
      readings.push({ sample, ref, outcome, answers });
    }
    return readings;
  }

  return { use, countCases: () => casesRun };
}

const members = ['provider', 'capabilities', 'states', 'parseRef', 'key', 'lane', 'getStatus', 'classify'];

/** What is no adapter at all would fail every audit with another riddle. */
function checkMembers(adapter: unknown): void {
  const missing = members.filter((name) => Reflect.get(Object(adapter), name) === undefined);
  if (missing.length > 0)
    throw new Error(`"create" gives no adapter: it has no "${missing.join('", no "')}"`);
}

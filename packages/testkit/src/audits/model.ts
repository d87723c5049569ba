import { inspect, isDeepStrictEqual } from 'node:util';
import { parseMigrationStatus } from '@migration-status/core';
import {
  formatJsonPath,
  type MigrationProgress,
  type MigrationReading,
  type MigrationStatus,
  toMigrationStatus,
} from '@migration-status/core/adapter';
import { alterJson, toJson } from '../alter-reply.ts';
import { type AuditDefinition, fail, skip } from '../audit.ts';
import { dropAt, isJsonObject, listNodes } from '../json-tree.ts';
import { listReadSamples, type ReadSample } from '../read-outcomes.ts';

/** What a reading is made of. */
export const modelAudits: readonly AuditDefinition[] = [
  {
    id: 'M-01',
    name: 'MUST give readings whose fields are those of the model, and of its kinds',
    async *check(scene) {
      for (const { sample, reading } of await listReadSamples(scene)) {
        const fault = modelFaultOf(reading);
        if (fault) yield fail(`the sample "${sample.label}": ${fault}`, reading);
      }
    },
  },
  {
    id: 'M-02',
    name: 'MUST give readings that survive JSON unchanged',
    async *check(scene) {
      for (const { sample, reading } of await listReadSamples(scene)) {
        const fault = jsonFaultOf(reading);
        if (fault) yield fail(`the sample "${sample.label}" has ${fault}`, reading);
      }
    },
  },
  {
    id: 'M-03',
    name: 'MUST NOT change a reading after it has been handed out',
    async *check({ harness, read }) {
      const readings: { readonly reading: MigrationReading; readonly seen: string }[] = [];
      for (const sample of harness.samples.filter(({ ref }) => ref === undefined)) {
        const outcome = await read(sample.reply);
        if ('value' in outcome) readings.push({ reading: outcome.value, seen: toText(outcome.value) });
      }
      for (const { reading, seen } of readings)
        if (toText(reading) !== seen) yield fail('a reading was changed by a later read', { seen, reading });
    },
  },
  {
    id: 'M-04',
    name: 'MUST NOT make up numbers of a progress that the provider does not report',
    async *check(scene) {
      const withProgress = (await listReadSamples(scene)).filter(
        ({ reading }) => reading.progress !== undefined,
      );
      if (withProgress.length === 0) yield skip(noProgress);
      for (const { sample, ref, reading } of withProgress) {
        const outcome = await scene.read(alterJson(sample.reply, withoutNumbers), { ref });
        const left = 'value' in outcome ? outcome.value.progress : undefined;
        const made = Object.entries(left ?? {}).find(
          ([field, value]) => !Object.is(value, Reflect.get(reading.progress ?? {}, field)),
        );
        if (made)
          yield fail(`the sample "${sample.label}" without its numbers has ${made[0]}: ${made[1]}`, left);
      }
    },
  },
  {
    id: 'M-05',
    name: 'MUST keep the progress of every sample within its bounds: 0 to 100 percent, 0 to total',
    async *check(scene) {
      const samples = await listReadSamples(scene);
      if (samples.every(({ reading }) => reading.progress === undefined && reading.parts === undefined))
        yield skip(noProgress);
      for (const { sample, reading } of samples) {
        const all = [reading.progress, ...(reading.parts ?? []).map(({ progress }) => progress)];
        const fault = all.map(boundsFaultOf).find((text) => text !== undefined);
        if (fault) yield fail(`the sample "${sample.label}" has ${fault}`, reading);
      }
    },
  },
  {
    id: 'M-06',
    name: 'MUST say something in every issue',
    async *check(scene) {
      const samples = await listReadSamples(scene);
      if (samples.every(({ reading }) => reading.issues === undefined)) yield skip('no sample has issues');
      for (const { sample, reading } of samples) {
        const isSilent = reading.issues?.some(({ message }) => message === '' || /^\s+$/.test(message));
        if (isSilent) yield fail(`the sample "${sample.label}" has an issue without words`, reading.issues);
      }
    },
  },
  {
    id: 'M-07',
    name: 'SHOULD give times in the order in which things happen',
    async *check(scene) {
      const samples = await listReadSamples(scene);
      const isTimed = ({ reading }: ReadSample) =>
        [reading.createdAt, reading.startedAt, reading.finishedAt].filter(Boolean).length > 1;
      if (!samples.some(isTimed)) yield skip('no sample has two times to compare');
      for (const { sample, reading } of samples) {
        const { createdAt, startedAt, finishedAt } = reading;
        const moments = [createdAt, startedAt, finishedAt]
          .filter((time) => time?.endsWith('Z'))
          .map((time = '') => Date.parse(time));
        if (moments.some((moment, index) => moment < (moments[index - 1] ?? moment)))
          yield fail(`the sample "${sample.label}" ends before it begins`, {
            createdAt,
            startedAt,
            finishedAt,
          });
      }
    },
  },
  {
    id: 'M-08',
    name: 'MUST name the parts of a migration, each by a name of its own',
    async *check(scene) {
      const withParts = (await listReadSamples(scene)).filter(({ reading }) => reading.parts !== undefined);
      for (const { sample, reading } of withParts) {
        const names = (reading.parts ?? []).map(({ name }) => name);
        if (new Set(names).size < names.length || names.includes(''))
          yield fail(`the sample "${sample.label}" has parts that cannot be told apart`, names);
      }
      if (withParts.length === 0) yield skip('no sample has parts');
    },
  },
  {
    id: 'M-09',
    name: 'MUST hand on as native what the provider said, untouched',
    async *check(scene) {
      const isJoined = (scene.harness.requestsPerStatus ?? 1) > 1;
      for (const { sample, reading, answers } of await listReadSamples(scene)) {
        const native = throughJson(reading.native);
        if (native === null || native === undefined) continue;
        const said = answers.flatMap((answer) => listNodes(throughJson(toJson(answer)) ?? answer.text));
        const isSaid = (value: unknown) => said.some((node) => isDeepStrictEqual(node.value, value));
        const areSaid = isJoined && isJsonObject(native) && Object.values(native).every(isSaid);
        if (!isSaid(native) && !areSaid)
          yield fail(`the native of the sample "${sample.label}" stands nowhere in the answer`, native);
      }
    },
  },
];

const noProgress = 'no sample shows any progress';

const origin = { provider: 'audit', key: 'audit/1', ref: {}, observedAt: '2026-01-01T00:00:00.000Z' };

/** What keeps a reading from being a status of the model; `native` and `memo` are JSON, which is another question. */
export function modelFaultOf(reading: MigrationReading): string | undefined {
  const { memo: _memo, ...said } = reading;
  try {
    const status: MigrationStatus = toMigrationStatus({ ...said, native: null }, origin);
    const known: object = parseMigrationStatus({ ...status });
    const foreign = Object.keys(status).find((field) => !Object.hasOwn(known, field));
    return foreign === undefined ? undefined : `the model has no field "${foreign}"`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The first thing in a reading that JSON cannot hold; whether numbers are within their bounds is another question. */
export function jsonFaultOf(reading: MigrationReading): string | undefined {
  const { memo: _memo, progress: _progress, parts: _parts, ...said } = reading;
  return jsonFaultIn(said);
}

/** The first thing in a value that JSON cannot hold. */
export function jsonFaultIn(root: unknown): string | undefined {
  const seen = new Set<object>();
  const pending = [{ value: root, path: [] as readonly PropertyKey[] }];
  for (const { value, path } of pending) {
    const isBadNumber = typeof value === 'number' && !Number.isFinite(value);
    if (isBadNumber || !['string', 'number', 'boolean', 'object'].includes(typeof value))
      return `${typeof value === 'number' ? value : typeof value} at ${formatJsonPath(path)}`;
    if (typeof value !== 'object' || value === null) continue;
    if (seen.has(value)) continue;
    seen.add(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    const isPlain = Array.isArray(value) || prototype === null || prototype === Object.prototype;
    if (!isPlain) return `an instance of ${value.constructor?.name ?? 'a class'} at ${formatJsonPath(path)}`;
    pending.push(...Object.entries(value).map(([key, child]) => ({ value: child, path: [...path, key] })));
  }
  return undefined;
}

function boundsFaultOf(progress: MigrationProgress | undefined): string | undefined {
  if (progress === undefined) return undefined;
  const { percent, completed, total, failed } = progress;
  for (const [field, value] of Object.entries({ percent, completed, total, failed }))
    if (value !== undefined && !(Number.isFinite(value) && value >= 0)) return `${field}: ${value}`;
  if (percent !== undefined && percent > 100) return `percent: ${percent}`;
  if (completed !== undefined && total !== undefined && completed > total)
    return `completed: ${completed} of ${total}`;
  return undefined;
}

function withoutNumbers(json: unknown): unknown {
  const numbers = listNodes(json).filter(
    ({ value }) =>
      typeof value === 'number' || (typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value)),
  );
  return numbers.toReversed().reduce((left, { path }) => dropAt(left, path), json);
}

/** What is left of a value in JSON; undefined when it cannot be written, which M-02 tells. */
function throughJson(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch {
    return undefined;
  }
}

function toText(reading: MigrationReading): string {
  return inspect(reading, { depth: null, maxStringLength: null, maxArrayLength: null });
}

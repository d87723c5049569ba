import { isDeepStrictEqual } from 'node:util';
import { ConfigurationError, type MigrationAdapter } from '@migration-status/core/adapter';
import { type AuditDefinition, fail, skip } from '../audit.ts';
import type { BoundHarness } from '../harness.ts';
import { isJsonObject } from '../json-tree.ts';
import { oddIds } from '../odd-ids.ts';
import { hasOneMigration, oneMigration } from '../one-migration.ts';
import { type Outcome, settle } from '../outcome.ts';
import { describeOutcome, evidenceOf } from '../read-outcomes.ts';
import { createSecret, ordinaryId } from '../scene.ts';
import { reveals } from './security.ts';

/** How a migration is addressed. */
export const refAudits: readonly AuditDefinition[] = [
  {
    id: 'R-01',
    name: 'MUST take a ref back that went through JSON',
    async *check({ harness, adapter }) {
      for (const ref of listRefs(harness)) {
        const copy: unknown = JSON.parse(JSON.stringify(ref));
        if (!isDeepStrictEqual(copy, ref)) yield fail('a ref does not survive JSON', ref);
        const parsed = await settle(() => adapter.parseRef(copy));
        if (!('value' in parsed) || !isDeepStrictEqual({ ...Object(parsed.value) }, { ...Object(ref) }))
          yield fail(`parseRef became ${describeOutcome(parsed)}`, evidenceOf(parsed));
      }
    },
  },
  {
    id: 'R-02',
    name: 'MUST give a key that begins with the provider and has each of its parts encoded',
    async *check({ harness, adapter }) {
      for (const id of [ordinaryId, ...oddIds]) {
        const key = await keyOf(adapter, harness.toRef(id));
        if (key === undefined) continue;
        const [provider, ...parts] = key.split('/');
        if (provider !== encodeURIComponent(adapter.provider) || parts.length === 0)
          yield fail(`the key does not begin with "${adapter.provider}/"`, key);
        if (parts.some((part) => !/^[\w.!~*'()%-]*$/.test(part) || !isEncoded(part)))
          yield fail('a part of the key is not encoded', key);
      }
    },
  },
  {
    id: 'R-03',
    name: 'MUST give every migration a key of its own, and always the same',
    async *check({ harness, adapter }) {
      if (hasOneMigration(harness)) return yield skip(oneMigration);
      const refs = [ordinaryId, `${ordinaryId}2`, ...oddIds, 'a', 'b'].map((id) => harness.toRef(id));
      const distinct = refs.filter(
        (ref, index) => refs.findIndex((other) => isDeepStrictEqual(ref, other)) === index,
      );
      const seen = new Map<string, unknown>();
      for (const ref of distinct) {
        const key = await keyOf(adapter, ref);
        if (key === undefined) continue;
        if (seen.has(key)) yield fail(`two refs have the key "${key}"`, [seen.get(key), ref]);
        seen.set(key, ref);
        if ((await keyOf(adapter, ref)) !== key) yield fail('one ref has two keys', ref);
      }
    },
  },
  {
    id: 'R-04',
    name: 'MUST refuse what is no ref with a ConfigurationError that names the field',
    async *check({ harness, adapter }) {
      for (const value of [null, undefined, 7, 'text', true, []]) {
        const outcome = await settle(() => adapter.parseRef(value));
        if (!isRefusal(outcome))
          yield fail(`${JSON.stringify(value)} was taken for a ref`, evidenceOf(outcome));
      }
      for (const ref of listRefs(harness))
        for (const [field, wrong] of listWrongFields(ref)) {
          const outcome = await settle(() => adapter.parseRef(wrong));
          if (!isRefusalOf(outcome, field))
            yield fail(`a wrong "${field}" became ${describeOutcome(outcome)}`, evidenceOf(outcome));
        }
    },
  },
  {
    id: 'R-05',
    name: 'MUST send nothing for what is no ref',
    async *check({ server, adapter }) {
      server.play(() => ({ status: 503 }));
      for (const value of [null, 7, 'text', []]) {
        const outcome = await settle(() => adapter.getStatus(value));
        if (!isRefusal(outcome) || server.requests.length > 0)
          yield fail(`${JSON.stringify(value)} became ${describeOutcome(outcome)}`, evidenceOf(outcome));
      }
    },
  },
  {
    id: 'R-06',
    name: 'MUST give a lane that holds no credential, and stays the same when the credential changes',
    async *check({ harness, server, adapter, ref, secret }) {
      const lane = adapter.lane(ref);
      if (reveals(lane, secret)) yield fail('the lane reveals a credential', lane);
      const renewed = harness.create({ baseUrl: server.origin, secret: createSecret() });
      if (renewed.lane(ref) !== lane)
        yield fail('the lane follows from the credential', [lane, renewed.lane(ref)]);
    },
  },
  {
    id: 'R-07',
    name: 'MUST give refs that await different phases of one job different keys',
    async *check({ harness, adapter }) {
      const own = harness.samples.filter(({ ref }) => ref !== undefined);
      if (own.length === 0) yield skip('no sample has a ref that awaits something else');
      for (const { label, ref, reply, expect } of own)
        for (const other of harness.samples) {
          if (!isDeepStrictEqual(other.reply, reply) || other.expect.state === expect.state) continue;
          const refs = [ref, other.ref].map((asked) => withOrdinaryId(harness, asked));
          const keys = await Promise.all(refs.map((asked) => keyOf(adapter, asked)));
          if (keys[0] === keys[1])
            yield fail(`the samples "${label}" and "${other.label}" have one key and two states`, refs);
        }
    },
  },
  {
    id: 'R-08',
    name: 'MUST give one lane to all migrations of one account',
    async *check({ harness, adapter }) {
      const lanes = new Set(['a', 'b', 'c'].map((id) => adapter.lane(harness.toRef(id))));
      if (lanes.size !== 1 || lanes.has(''))
        yield fail('migrations of one account have several lanes', [...lanes]);
    },
  },
  {
    id: 'R-09',
    name: 'MUST NOT put a credential into a key',
    async *check({ adapter, ref, secret }) {
      if (reveals(adapter.key(ref), secret)) yield fail('the key reveals a credential', adapter.key(ref));
    },
  },
];

/** Whether a call was refused before anything was asked. */
export function isRefusal(outcome: Outcome<unknown>): boolean {
  return 'error' in outcome && ConfigurationError.isInstance(outcome.error);
}

/** The same, by the name of the field, or of something in it. */
export function isRefusalOf(outcome: Outcome<unknown>, field: string): boolean {
  if (!('error' in outcome) || !ConfigurationError.isInstance(outcome.error)) return false;
  const { option } = outcome.error;
  return option === field || `${option}`.startsWith(`${field}.`) || `${option}`.startsWith(`${field}[`);
}

/** A value with each of its fields, one at a time, of a kind that no field of its kind has. */
export function listWrongFields(value: unknown): readonly (readonly [field: string, wrong: unknown])[] {
  if (!isJsonObject(value)) return [];
  return Object.keys(value).map((field) => [field, { ...value, [field]: 7.5 }]);
}

function listRefs(harness: BoundHarness): readonly unknown[] {
  const own = harness.samples.flatMap(({ ref }) => (ref === undefined ? [] : [ref]));
  return [harness.toRef(ordinaryId), ...own];
}

/** The same ref with the ordinary id, so that it differs from others of its kind in what is awaited alone. */
function withOrdinaryId(harness: BoundHarness, ref: unknown): unknown {
  const [one, other] = [harness.toRef(ordinaryId), harness.toRef('another')];
  if (!isJsonObject(ref) || !isJsonObject(one) || !isJsonObject(other)) return ref ?? one;
  const awaited = Object.entries(ref).filter(([field]) => isDeepStrictEqual(one[field], other[field]));
  return { ...one, ...Object.fromEntries(awaited) };
}

/** The key of a ref; undefined where the adapter refuses the ref. */
async function keyOf(adapter: MigrationAdapter, ref: unknown): Promise<string | undefined> {
  const outcome = await settle(() => adapter.key(ref));
  if ('value' in outcome) return outcome.value;
  if (isRefusal(outcome)) return undefined;
  throw outcome.error;
}

function isEncoded(part: string): boolean {
  try {
    return encodeURIComponent(decodeURIComponent(part)) === part;
  } catch {
    return false;
  }
}

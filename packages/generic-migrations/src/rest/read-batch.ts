import {
  type BatchReadContext,
  ConfigurationError,
  formatJsonPath,
  type MigrationReading,
  MigrationStatusError,
  ProviderResponseError,
  parseBody,
  withHints,
} from '@migration-status/core/adapter';
import { type BatchRecords, checkBatchRecords } from './batch-records.ts';
import { toSchema } from './checked.ts';
import { toPath, valueAt } from './json-pointer.ts';
import { type RefFields, type RestAccount, toReadingOfAsked, toRequest } from './rest-account.ts';
import type { RestBatch } from './rest-description.ts';
import { checkRecord } from './rest-record.ts';
import type { RestReader } from './rest-types.ts';
import { toError, toReadingOfError } from './to-failure.ts';

/** What a read of one ref among many brings. */
type Outcome = MigrationReading | MigrationStatusError;

type KeyedRef = readonly [key: string, ref: RefFields];

/** What an API that reads many migrations in one request has besides. */
export function createBatchReader(account: RestAccount, reader: RestReader<RefFields>, batch: RestBatch) {
  const { description, http } = account;
  const { provider, ref: fields } = description;
  const { style = 'joined', separator = ',', max } = batch;
  const recordsSchema = toSchema((body) => checkBatchRecords(body, batch, description));
  const recordSchema = toSchema((record) => checkRecord(record, description));
  const idOf = (ref: RefFields) => ref[fields[0] ?? ''] ?? '';
  const isAskable = (ref: RefFields) => style === 'repeated' || !idOf(ref).includes(separator);

  async function getStatuses(
    given: readonly RefFields[],
    { signal }: BatchReadContext = {},
  ): Promise<ReadonlyMap<string, Outcome>> {
    const refs = [...new Map(given.map((ref) => [reader.key(ref), reader.parseRef(ref)]))];
    if (refs.length > max) throw toMaxError(refs.length);
    const asked = refs.filter(([, ref]) => isAskable(ref));
    const odd = refs.filter(([, ref]) => !isAskable(ref));
    const outcomes = asked.length === 0 ? [] : await ask(asked, signal);
    return new Map([...outcomes, ...odd.map(([key]) => [key, toSeparatorError()] as const)]);
  }

  async function ask(
    refs: readonly KeyedRef[],
    signal: AbortSignal | undefined,
  ): Promise<readonly (readonly [key: string, outcome: Outcome])[]> {
    const reply = await http.send(toRequest(batch, new Map(), toIdQuery(refs)), signal);
    if (!reply.isOk) {
      const reading = refs.length === 1 ? toReadingOfError(reply, description) : undefined;
      if (reading === undefined) throw toError(reply, description);
      return refs.map(([key]) => [key, withHints(reading, reply)]);
    }
    const records = reply.parse(recordsSchema);
    return refs.map(([key, ref]) => {
      const outcome = readOne(records, ref);
      return [key, MigrationStatusError.isInstance(outcome) ? outcome : withHints(outcome, reply)];
    });
  }

  function toIdQuery(refs: readonly KeyedRef[]): readonly (readonly [string, string])[] {
    const ids = refs.map(([, ref]) => idOf(ref));
    return style === 'repeated'
      ? ids.map((id) => [batch.ids, id] as const)
      : [[batch.ids, ids.join(separator)]];
  }

  /** A migration is only missing where every record says whose it is. */
  function readOne(records: BatchRecords, ref: RefFields): Outcome {
    const found = records.find(idOf(ref));
    if (found === undefined) {
      if (records.nameless !== undefined) return toRecordError(records.nameless, 'the id of a record');
      return { state: 'not_found', nativeState: '', native: null };
    }
    if (batch.error !== undefined && isError(valueAt(found.record, batch.error)))
      return toRecordError([...found.path, ...toPath(batch.error)], 'no error');
    try {
      const record = parseBody(recordSchema, found.record, { provider, path: found.path });
      return toReadingOfAsked(record, ref, account);
    } catch (reason) {
      if (MigrationStatusError.isInstance(reason)) return reason;
      throw reason;
    }
  }

  function toRecordError(path: readonly PropertyKey[], expected: string): ProviderResponseError {
    const place = formatJsonPath(path);
    const message = `${provider}: expected ${expected} at ${place}, got something else`;
    return new ProviderResponseError({ provider, path: place, message });
  }

  function toMaxError(length: number): ConfigurationError {
    const message = `${provider} getStatuses: "refs" must be at most ${max}, got ${length}`;
    return new ConfigurationError({ provider, option: 'refs', message });
  }

  function toSeparatorError(): ConfigurationError {
    const option = fields[0] ?? '';
    const message = `${provider} getStatuses: "${option}" must be without "${separator}", which stands between the ids of a request; ask for it alone`;
    return new ConfigurationError({ provider, option, message });
  }

  /** How many characters a ref adds to the URL of a request for many. */
  function urlLengthOf(ref: RefFields): number {
    return style === 'repeated'
      ? toQueryText(batch.ids, idOf(ref)).length + 1
      : toQueryText('', separator + idOf(ref)).length - 1;
  }

  return { getStatuses, urlLengthOf };
}

/** A text, a number, or an object that says something; not what stands where there is no error. */
function isError(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return typeof value === 'string' ? value.trim() !== '' : Boolean(value);
}

function toQueryText(name: string, value: string): string {
  return new URLSearchParams([[name, value]]).toString();
}

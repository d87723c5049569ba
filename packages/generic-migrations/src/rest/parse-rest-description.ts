import { ConfigurationError, formatJsonPath, parseOptions } from '@migration-status/core/adapter';
import { listBodyPlaceholders } from './body-template.ts';
import { headerNameExpectation, isHeaderName } from './header-name.ts';
import type { RestDescription, RestRequest } from './rest-description.ts';
import { restDescriptionSchema } from './rest-description-schema.ts';
import { toRestId } from './rest-record.ts';
import { isStatusWord, statusWordExpectation } from './status-word.ts';
import { listPlaceholders } from './url-template.ts';

/** Something that is wrong with a description: where, and what is expected there. */
interface Fault {
  readonly path: readonly PropertyKey[];
  readonly expected: string;
}

/**
 * Checks a description, as one that comes from a file, and gives it back, or throws a `ConfigurationError` whose `option` is the
 * path of the first thing that is wrong.
 *
 * @example
 * const description = parseRestDescription(JSON.parse(text));
 * const adapter = createRestAdapter(description, { token: 'your-token' });
 */
export function parseRestDescription(value: unknown): RestDescription {
  const subject = 'createRestAdapter';
  const provider = providerOf(value);
  const description = parseOptions(restDescriptionSchema, value, { provider, subject });
  const [fault] = listFaults(description);
  if (fault === undefined) return description;
  const option = formatJsonPath(fault.path).replace(/^\$\.?/, '');
  const message = `${subject}: "${option}" must be ${fault.expected}`;
  throw new ConfigurationError({ provider, option, message });
}

/** A name for the errors about a description that has none. */
function providerOf(value: unknown): string {
  const isNamed = typeof value === 'object' && value !== null && 'provider' in value;
  return isNamed && typeof value.provider === 'string' ? value.provider : 'rest';
}

const leftOutOfStatus = 'left out where the HTTP status alone says the state';

/** What of a description does not fit together. */
function listFaults(description: RestDescription): readonly Fault[] {
  return [
    ...listHeaderFaults(description),
    ...listRefFaults(description),
    ...listReadingFaults(description),
    ...listRequestFaults(description),
    ...listBatchFaults(description),
    ...listListFaults(description),
    ...listStartFaults(description),
  ];
}

function listHeaderFaults({ headers = {}, auth }: RestDescription): readonly Fault[] {
  const own = typeof auth === 'object' ? [auth.header.toLowerCase()] : [];
  const secret = ['authorization', 'proxy-authorization', 'cookie', ...own];
  return Object.keys(headers).flatMap((header) => {
    const path = ['headers', header];
    if (!isHeaderName(header)) return [{ path, expected: headerNameExpectation }];
    const isSecret = secret.includes(header.toLowerCase());
    return isSecret
      ? [{ path, expected: 'left out: credentials are options, and go where "auth" says' }]
      : [];
  });
}

function listRefFaults({ ref, key = ref }: RestDescription): readonly Fault[] {
  return [
    ...(key.length === 0 && ref.length > 0
      ? [{ path: ['key'], expected: 'a list with at least one field of the ref, or migrations share a key' }]
      : []),
    ...duplicatesOf(ref).map((index) => ({ path: ['ref', index], expected: 'another name than before' })),
    ...key.flatMap((field, index) => listUnlessKnown(field, ref, ['key', index])),
  ];
}

function duplicatesOf(names: readonly string[]): readonly number[] {
  return [...names.keys()].filter((index) => names.indexOf(names[index] ?? '') < index);
}

function listReadingFaults(description: RestDescription): readonly Fault[] {
  const { reading, states, ref, notFound = {}, parts } = description;
  const { state, ...others } = reading;
  const restId = toRestId(description);
  const saysByBody = notFound.pointer !== undefined;
  const idPath = typeof reading.id === 'string' ? ['reading', 'id'] : ['reading', 'id', 'field'];
  const faults: Fault[] = restId ? [...listUnlessKnown(restId.field, ref, idPath)] : [];
  if (saysByBody !== (notFound.values !== undefined)) {
    const [there, missing] = saysByBody ? ['pointer', 'values'] : ['values', 'pointer'];
    faults.push({ path: ['notFound', missing ?? ''], expected: `given with "${there}"` });
  }
  if (parts?.countAs !== undefined && parts.state === undefined) {
    faults.push({
      path: ['parts', 'state'],
      expected: 'given with "countAs": only what has ended is counted',
    });
  }
  if (state !== 'http_status') return faults;
  for (const [field, value] of Object.entries(others)) {
    if (value === undefined) continue;
    faults.push({ path: ['reading', field], expected: leftOutOfStatus });
  }
  for (const word of Object.keys(states).filter((word) => !isStatusWord(word))) {
    faults.push({ path: ['states', word], expected: statusWordExpectation });
  }
  return faults;
}

function listRequestFaults({ status, parts, start, cancel, ref }: RestDescription): readonly Fault[] {
  return [
    ...listPlaceholderFaults(status, ref, ['status']),
    ...(parts ? listPlaceholderFaults({ path: parts.path ?? '/', query: parts.query }, ref, ['parts']) : []),
    ...(cancel ? listPlaceholderFaults(cancel, ref, ['cancel']) : []),
    ...listUnused(status, ref),
    ...listMethodFaults({ method: 'GET', ...status }, 'status'),
    ...listMethodFaults(start, 'start'),
    ...listMethodFaults(cancel, 'cancel'),
  ];
}

function listMethodFaults({ method, body }: Partial<RestRequest> = {}, name: string): readonly Fault[] {
  if (body === undefined || method !== 'GET') return [];
  return [{ path: [name, 'method'], expected: 'another than GET, which has no body' }];
}

/** A field that is not in the request for the state would make no difference to what is read. */
function listUnused({ path, query = {}, body }: RestRequest, ref: readonly string[]): readonly Fault[] {
  const inBody = listBodyPlaceholders(body).map(({ name }) => name);
  const used = [path, ...Object.values(query)].flatMap(listPlaceholders).concat(inBody);
  return ref.flatMap((field, index) =>
    used.includes(field) ? [] : [{ path: ['ref', index], expected: 'a placeholder of "status"' }],
  );
}

function listPlaceholderFaults(
  { path, query = {}, body }: RestRequest,
  names: readonly string[],
  at: readonly PropertyKey[],
): readonly Fault[] {
  return [
    ...listPlaceholders(path).flatMap((name) => listUnlessKnown(name, names, [...at, 'path'])),
    ...Object.entries(query).flatMap(([field, value]) =>
      listPlaceholders(value).flatMap((name) => listUnlessKnown(name, names, [...at, 'query', field])),
    ),
    ...listBodyPlaceholders(body, [...at, 'body']).flatMap(({ name, path }) =>
      listUnlessKnown(name, names, path),
    ),
  ];
}

function listUnlessKnown(
  name: string,
  names: readonly string[],
  path: readonly PropertyKey[],
): readonly Fault[] {
  if (names.includes(name)) return [];
  const known = names.length === 0 ? 'there are none' : `one of ${names.join(', ')}`;
  return [{ path, expected: `made of known names (${known}), and "${name}" is none` }];
}

function listBatchFaults({ batch, ref, reading }: RestDescription): readonly Fault[] {
  if (batch === undefined) return [];
  if (ref.length !== 1) return [{ path: ['batch'], expected: 'left out unless "ref" has exactly one field' }];
  if (reading.state === 'http_status') return [{ path: ['batch'], expected: leftOutOfStatus }];
  return listPlaceholderFaults(batch, [], ['batch']);
}

function listListFaults(description: RestDescription): readonly Fault[] {
  const { list, ref, reading } = description;
  if (list === undefined) return [];
  const placeholders = listPlaceholders(list.path);
  const fromItems = Object.keys(list.ref ?? {});
  const known = [...fromItems, ...placeholders, toRestId(description)?.field];
  const reserved = ['pageSize', 'maxPages', ...placeholders];
  return [
    ...(reading.state === 'http_status' ? [{ path: ['list'], expected: leftOutOfStatus }] : []),
    ...listPlaceholderFaults({ path: '/', query: list.query }, placeholders, ['list']),
    ...fromItems.flatMap((field) => listUnlessKnown(field, ref, ['list', 'ref', field])),
    ...ref
      .filter((field) => !known.includes(field))
      .map((field) => ({
        path: ['list', 'ref', field],
        expected: 'given: where this field of a ref stands',
      })),
    ...(list.filter ?? []).flatMap((name, index) =>
      reserved.includes(name) ? [{ path: ['list', 'filter', index], expected: 'another name' }] : [],
    ),
  ];
}

function listStartFaults({ start, ref }: RestDescription): readonly Fault[] {
  if (start === undefined) return [];
  const inputs = Object.keys(start.input ?? {});
  const required = Object.entries(start.input ?? {}).flatMap(([name, type]) =>
    type.endsWith('?') ? [] : [name],
  );
  return [
    ...inputs
      .filter((name) => !/^[A-Za-z]\w*$/.test(name))
      .map((name) => ({ path: ['start', 'input', name], expected: 'a name that begins with a letter' })),
    ...listPlaceholderFaults({ ...start, body: undefined }, required, ['start']),
    ...listPlaceholderFaults({ path: '/', body: start.body }, inputs, ['start']),
    ...ref
      .filter((field) => !Object.hasOwn(start.ref, field))
      .map((field) => ({
        path: ['start', 'ref', field],
        expected: 'given: where this field of the new ref stands',
      })),
    ...Object.entries(start.ref).flatMap(([field, source]) => {
      const path = ['start', 'ref', field];
      if (!ref.includes(field)) return listUnlessKnown(field, ref, path);
      if (typeof source === 'object') {
        const names = listPlaceholders(source.template);
        return names.includes(field)
          ? []
          : [{ path: [...path, 'template'], expected: `a path with {${field}} in it` }];
      }
      return listPlaceholders(source.startsWith('{') ? source : '').flatMap((name) =>
        listUnlessKnown(name, required, path),
      );
    }),
  ];
}

import {
  type CallContext,
  type HttpReply,
  ProviderResponseError,
  parseOptions,
} from '@migration-status/core/adapter';
import { type Checked, refuse, toSchema } from './checked.ts';
import { toPath, valueAt } from './json-pointer.ts';
import { isPathValue, pathValueExpectation } from './path-value.ts';
import { toId } from './read-values.ts';
import { type RefFields, type RestAccount, toRequest } from './rest-account.ts';
import type { RestRefHeader, RestStart } from './rest-description.ts';
import { createInputSchema } from './rest-options.ts';
import { toError } from './to-failure.ts';
import { matchPath } from './url-template.ts';

/** The `start` of an API that has one. */
export function createStarter({ http, description }: RestAccount, described: RestStart) {
  const { provider } = description;
  const inputSchema = createInputSchema(described);
  const secretNames = Object.entries(described.input ?? {}).flatMap(([name, type]) =>
    type.startsWith('secret') ? [name] : [],
  );

  return async function start(input: unknown, { signal }: CallContext = {}): Promise<RefFields> {
    const given = parseOptions(inputSchema, input, { provider, subject: `${provider} start` });
    const values = new Map(Object.entries(given));
    const reply = await http.send({ method: 'POST', ...toRequest(described, values) }, signal);
    if (!reply.isOk) throw toError(reply, description, secretsOf(values));
    const sources = Object.entries(described.ref);
    const isInBody = sources.some(([, source]) => typeof source === 'string' && !source.startsWith('{'));
    const body = isInBody ? reply.json() : undefined;
    const fields = sources.map(([field, source]) => {
      if (typeof source === 'object') return [field, readHeader(reply, source, field)] as const;
      const [, name] = /^\{(\w+)\}$/.exec(source) ?? [];
      if (name !== undefined) return [field, String(values.get(name))] as const;
      return [field, reply.parse(toSchema(() => checkField(body, source)))] as const;
    });
    return Object.fromEntries(fields);
  };

  /** Those of a few characters are left, because they would blank out ordinary words. */
  function secretsOf(values: ReadonlyMap<string, unknown>): readonly string[] {
    return secretNames
      .map((name) => values.get(name))
      .filter((value) => typeof value === 'string')
      .filter((value) => value.length >= 4);
  }

  function readHeader({ headers }: HttpReply, { header, template }: RestRefHeader, field: string): string {
    const location = URL.parse(headers.get(header) ?? '', http.origin);
    const value = location === null ? undefined : matchPath(template, location.pathname)?.get(field);
    if (value !== undefined && isPathValue(value)) return value;
    const message = `${provider}: expected a header ${header} that ends as ${template} does, got ${headers.has(header) ? 'another' : 'none'}`;
    throw new ProviderResponseError({ provider, path: '$', message });
  }
}

function checkField(body: unknown, pointer: string): Checked<string> {
  const value = toId(valueAt(body, pointer));
  return value !== undefined && isPathValue(value)
    ? { value }
    : refuse(toPath(pointer), pathValueExpectation);
}

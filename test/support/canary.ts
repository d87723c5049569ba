import { inspect } from 'node:util';
import { expect } from 'vitest';

/**
 * Fails when one of the canaries (made-up credentials) can be read anywhere in a value: in what a log prints of it, in its
 * JSON, in any own property, hidden or not, and for an error also in message, stack and the whole chain of causes. Looks
 * for each canary as it is, URL-encoded and in Base64.
 */
export function expectNoCanary(value: unknown, canaries: readonly string[]): void {
  const forms = canaries.flatMap((canary) => [
    canary,
    encodeURIComponent(canary),
    Buffer.from(canary).toString('base64').replace(/=+$/, ''),
  ]);
  for (const text of everyTextOf(value)) {
    const found = forms.filter((form) => text.includes(form));
    expect(found, `a credential stands in: ${text.slice(0, 300)}`).toEqual([]);
  }
}

function everyTextOf(root: unknown): readonly string[] {
  const everything = { depth: null, showHidden: true, maxStringLength: null, maxArrayLength: null } as const;
  const texts = [inspect(root), inspect(root, everything), String(root), JSON.stringify(root) ?? ''];
  const seen = new Set<unknown>();
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value === 'string') texts.push(value);
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    for (const key of Reflect.ownKeys(value)) {
      texts.push(String(key));
      pending.push(Reflect.get(value, key));
    }
    if (value instanceof Map) pending.push(...value.keys(), ...value.values());
    if (value instanceof Headers) pending.push(...[...value].flat());
  }
  return texts;
}

/** Throws an `Error` naming the argument unless `value` is a finite number of milliseconds, 0 or more. */
export function requireDuration(name: string, value: unknown): asserts value is number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return;
  throw new Error(`${name} must be a finite number of milliseconds, 0 or more; got ${String(value)}`);
}

/** Like `requireDuration`, for an argument that may be left out. */
export function requireOptionalDuration(name: string, value: unknown): void {
  if (value !== undefined) requireDuration(name, value);
}

/** Throws an `Error` naming the argument unless `value` is a whole number, 1 or more. */
export function requireCount(name: string, value: unknown): asserts value is number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return;
  throw new Error(`${name} must be a whole number, 1 or more; got ${String(value)}`);
}

/** Throws an `Error` naming the argument unless `value` is a string with at least one character. */
export function requireText(name: string, value: unknown): asserts value is string {
  if (typeof value === 'string' && value !== '') return;
  throw new Error(`${name} must be a non-empty string; got ${String(value)}`);
}

/** Like `requireText`, for an argument that may be left out. */
export function requireOptionalText(name: string, value: unknown): void {
  if (value !== undefined) requireText(name, value);
}

/** Throws an `Error` naming the argument unless `value` is one of `allowed`. */
export function requireOneOf(name: string, value: unknown, allowed: readonly unknown[]): void {
  if (allowed.includes(value)) return;
  throw new Error(`${name} must be one of ${allowed.map(String).join(', ')}; got ${String(value)}`);
}

/** Throws an `Error` naming the first key of `value` that is not in `allowed`: a misspelt option must not pass. */
export function requireKnownKeys(name: string, value: object, allowed: readonly string[]): void {
  for (const key of Object.keys(value)) requireOneOf(`${name}: the option name`, key, allowed);
}

/** Throws an `Error` naming the argument unless `value` is the URL of a web server. */
export function requireWebUrl(name: string, value: unknown): asserts value is string {
  const protocol = typeof value === 'string' ? URL.parse(value)?.protocol : undefined;
  if (protocol === 'http:' || protocol === 'https:') return;
  throw new Error(`${name} must be an http: or https: URL; got ${String(value)}`);
}

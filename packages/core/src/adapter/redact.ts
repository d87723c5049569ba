const placeholder = '[redacted]';

/**
 * Makes a function that takes every given secret out of a text. Secrets are matched as they are and as they look in a URL
 * or in JSON; those shorter than four characters are left, because they would blank out ordinary words.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const forms = secrets
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret.toWellFormed()),
      JSON.stringify(secret).slice(1, -1),
    ]);
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((cleaned, secret) => cleaned.replaceAll(secret, placeholder), text);
}

/**
 * An error that is safe to keep as a cause: a plain copy of name, message and code, with its own causes, without any other
 * property (a request, a response) and without secrets.
 */
export function toSafeCause(error: unknown, redact: (text: string) => string, depth = 3): Error {
  if (!(error instanceof Error)) return new Error(redact(String(error)));
  const nested =
    error.cause !== undefined && depth > 0 ? toSafeCause(error.cause, redact, depth - 1) : undefined;
  const copy = new Error(redact(error.message), nested && { cause: nested });
  copy.name = redact(error.name);
  if (error.stack !== undefined) copy.stack = redact(error.stack);
  if ('code' in error && typeof error.code === 'string') Object.assign(copy, { code: redact(error.code) });
  return copy;
}

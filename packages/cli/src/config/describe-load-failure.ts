/** Why a module could not be loaded, for whoever wrote it. */
export function describeLoadFailure(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code: unknown = Reflect.get(cause, 'code');
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[cm]?tsx?\b/.test(cause.message))
    return `Node ${process.versions.node} cannot read TypeScript; take 22.18 or later, or write it in JavaScript`;
  return cause.message;
}

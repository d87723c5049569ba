/**
 * Says what a value is in a few words for an error message: `the number 42`, `an object`, `nothing`. A string is quoted
 * only when it looks like a word of a vocabulary; anything longer or freer may be personal, so only its length is told.
 */
export function describeValue(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (Number.isFinite(value) || typeof value === 'boolean') return `the ${typeof value} ${value}`;
  if (typeof value !== 'string') return describeKind(value);
  return /^[A-Za-z_ -]{1,32}$/.test(value) ? `the string "${value}"` : `a string of length ${value.length}`;
}

/** Says only of what kind a value is; for options, which may be credentials. */
export function describeKind(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (value === '') return 'an empty string';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return 'an array';
  return `${/^[aeiou]/.test(typeof value) ? 'an' : 'a'} ${typeof value}`;
}

/**
 * Whether a text can stand in a path. `.` and `..` would lead to another path, also when they are encoded, and half a
 * surrogate pair cannot be encoded.
 */
export function isPathValue(value: string): boolean {
  return value !== '' && value !== '.' && value !== '..' && value.isWellFormed();
}

/** What {@link isPathValue} expects, for messages. */
export const pathValueExpectation = 'a non-empty string that is neither "." nor ".."';

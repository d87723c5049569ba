/**
 * A value as JSON in which nothing steers a terminal: `JSON.stringify` escapes only the first 32 control codes, and leaves the
 * others and the marks that turn the direction of writing around as they are. It reads back as the same value.
 *
 * @param indent How many spaces each level is indented by. Default: everything on one line.
 */
export function toJsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Whether a text can be the name of an HTTP header. */
export function isHeaderName(name: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name);
}

/** What {@link isHeaderName} expects, for messages. */
export const headerNameExpectation = 'the name of a header';

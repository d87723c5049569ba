import type { RestErrors } from './rest/rest-description.ts';

/**
 * What an answer outside 2xx says, besides that a 404 is `not_found`. No body is documented: a `detail` is taken where there is
 * one, as a text or as a list of what is wrong with the request.
 */
export const genericMigrationsErrors = {
  message: ['/detail', '/detail/0/msg'],
} as const satisfies RestErrors;

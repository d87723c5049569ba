import {
  type HttpReply,
  type MigrationReading,
  ProviderRequestError,
  toErrorCode,
  toFailureClass,
  toNotFoundReading,
} from '@migration-status/core/adapter';
import { type SnapLogicAnswer, snapLogicErrorSchema } from './snaplogic-schema.ts';

/**
 * The two documented errors. Each has two causes, which the answer does not tell apart.
 *
 * @see https://docs.snaplogic.com/public-apis/get-apim-service-migration-status.html
 */
const causes: Readonly<Record<number, string>> = {
  401: 'wrong credentials, or no admin rights in the environment',
  404: 'the environment or a status token is unknown',
};

/**
 * What an answer outside 2xx to a question about one migration says about it: a 404 is `not_found`, unless it is a page of
 * something in front of SnapLogic; anything else is about the request, and is thrown.
 */
export function toReadingOfError(reply: HttpReply): MigrationReading<never> {
  const notFound = isMarkup(reply) ? undefined : toNotFoundReading(reply);
  if (notFound) return notFound;
  throw toSnapLogicError(reply);
}

/** The error that an answer outside 2xx amounts to, with the causes that SnapLogic documents for it. */
export function toSnapLogicError(reply: HttpReply): Error {
  if (isMarkup(reply)) return reply.toError();
  const explanations = [messageOf(reply), causes[reply.status]].filter(Boolean);
  return reply.toError({ providerMessage: explanations.join(': ') });
}

/** SnapLogic answers JSON: a page of markup comes from something that stands in front of it, or in its place. */
function isMarkup(reply: HttpReply): boolean {
  return reply.text.trimStart().startsWith('<');
}

/**
 * The error that a successful answer claims to be in its `http_status_code`; undefined when it claims none, or a success.
 */
export function toClaimedError({
  http_status_code: claimed,
}: SnapLogicAnswer): ProviderRequestError | undefined {
  if (claimed === undefined || (claimed >= 200 && claimed < 300)) return undefined;
  const failure = toFailureClass(claimed);
  return new ProviderRequestError({
    provider: 'snaplogic',
    code: toErrorCode(failure),
    failure,
    httpStatus: 200,
    message: `snaplogic answered HTTP 200 with an http_status_code of ${claimed} in the body`,
  });
}

function messageOf(reply: HttpReply): string | undefined {
  try {
    return reply.parse(snapLogicErrorSchema).response_map.error_list[0]?.message;
  } catch {
    return undefined;
  }
}

import {
  type HttpReply,
  type MigrationReading,
  type MigrationStatusError,
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
 * something in front of SnapLogic.
 */
export function toReadingOfError(reply: HttpReply): MigrationReading<never> | undefined {
  return toNotFoundReading(reply);
}

/** The error that an answer outside 2xx amounts to, with the causes that SnapLogic documents for it. */
export function toError(reply: HttpReply): MigrationStatusError {
  if (reply.isMarkup) return reply.toError();
  const said = reply.tryParse(snapLogicErrorSchema)?.response_map.error_list[0]?.message;
  return reply.toError({ providerMessage: [said, causes[reply.status]].filter(Boolean).join(': ') });
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

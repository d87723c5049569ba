import type { FailureClass, HttpReply, MigrationStatusError } from '@migration-status/core/adapter';
import { onlyOfficeErrorSchema } from './onlyoffice-schema.ts';

/**
 * What a portal's filters mean by a status without a body. None of it is about the migration, which has no address of its
 * own that could be wrong.
 */
const bareReplies: Readonly<
  Record<number, { readonly failure: FailureClass; readonly providerMessage: string }>
> = {
  402: { failure: 'forbidden', providerMessage: 'the portal is not paid for' },
  403: {
    failure: 'forbidden',
    providerMessage: 'without a reason, as while the portal is restored or encrypted',
  },
  404: {
    failure: 'invalid_request',
    providerMessage: 'there is no portal: it was removed or suspended, or "portalUrl" is not its address',
  },
};

/** No error answer says anything about the migration: "no job" is a success without a job. */
export function toReadingOfError(): undefined {
  return undefined;
}

/**
 * The error that an answer outside 2xx amounts to, by its HTTP status. What the portal says is passed on for people; it
 * is in the portal's language, so nothing is decided by it.
 */
export function toError(reply: HttpReply): MigrationStatusError {
  const said = reply.tryParse(onlyOfficeErrorSchema);
  const providerMessage = said?.error?.message ?? said?.response?.title;
  return reply.toError({ providerMessage, ...(reply.text.trim() === '' && bareReplies[reply.status]) });
}

/** Whether a 404 is the API's own, about what was asked for, and not about the whole portal. */
export function isOwnNotFound(reply: HttpReply): boolean {
  return reply.status === 404 && reply.tryParse(onlyOfficeErrorSchema)?.error !== undefined;
}

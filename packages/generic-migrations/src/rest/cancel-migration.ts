import type { CallContext } from '@migration-status/core/adapter';
import { type RefFields, type RestAccount, toRequest } from './rest-account.ts';
import type { RestRequest } from './rest-description.ts';
import type { RestReader } from './rest-types.ts';
import { toError } from './to-failure.ts';

/** The `cancel` of an API that has one. */
export function createCanceler(
  { http, description }: RestAccount,
  { parseRef }: Pick<RestReader<RefFields>, 'parseRef'>,
  described: RestRequest,
) {
  return async function cancel(ref: RefFields, { signal }: CallContext = {}): Promise<void> {
    const values = new Map(Object.entries(parseRef(ref)));
    const reply = await http.send({ method: 'POST', ...toRequest(described, values) }, signal);
    if (!reply.isOk) throw toError(reply, description);
  };
}

import type { PushMessage } from '@migration-status/core/adapter';
import { Webhook } from 'standardwebhooks';

/** What the headers of a message say that was signed with one of the secrets. */
export interface SignedMessage {
  /** The same for each attempt to deliver one message. */
  readonly messageId: string;
  /** When this attempt was signed, epoch milliseconds. */
  readonly signedAt: number;
}

/** Whether a text can be used as a signing secret. */
export function isSigningSecret(value: string): boolean {
  try {
    return new Webhook(value) instanceof Webhook;
  } catch {
    return false;
  }
}

/**
 * Makes a check of signatures by the scheme of Svix: an HMAC over id, time and body. It gives undefined for a message that
 * none of the secrets has signed. How old a signature may be is not its concern: the library knows the platform's clock
 * only, so that its own `verify` cannot be used.
 *
 * @see https://docs.svix.com/receiving/verifying-payloads/how-manual
 */
export function createSignatureCheck(
  secrets: readonly string[],
): (message: PushMessage) => SignedMessage | undefined {
  const webhooks = secrets.map((secret) => new Webhook(secret));

  return ({ headers, body }) => {
    const messageId = headers.get('svix-id') ?? '';
    const timestamp = headers.get('svix-timestamp') ?? '';
    if (messageId === '' || !/^[1-9]\d{0,11}$/.test(timestamp)) return undefined;
    const time = new Date(Number(timestamp) * 1_000);
    const given = (headers.get('svix-signature') ?? '').split(' ');
    const expected = webhooks.map((webhook) => webhook.sign(messageId, time, body));
    const isSigned = expected.some((signature) => given.some((other) => isSame(other, signature)));
    return isSigned ? { messageId, signedAt: time.getTime() } : undefined;
  };
}

/** Takes as long for a near miss as for a far one, so that a signature cannot be guessed character by character. */
function isSame(given: string, expected: string): boolean {
  if (given.length !== expected.length) return false;
  let difference = 0;
  for (let index = 0; index < expected.length; index += 1) {
    difference |= given.charCodeAt(index) ^ expected.charCodeAt(index);
  }
  return difference === 0;
}

import { createHmac } from 'node:crypto';
import type { PushMessage } from '@migration-status/core/adapter';

/** A made-up secret of an endpoint. */
export const testSecret = 'whsec_plJ3nmyCDGBKInavdOK15jsl';

/** What a message is made of; what is left out is as in the tests of the vendor's own scheme. */
export interface MessageParts {
  readonly body: string;
  readonly secret?: string;
  readonly messageId?: string;
  /** Epoch milliseconds. */
  readonly signedAt?: number;
}

/** Signs a body the way the vendor does, by means other than the library that is under test. */
export function signMessage({
  body,
  secret = testSecret,
  messageId = 'msg_1',
  signedAt = Date.UTC(2026, 0, 1),
}: MessageParts): PushMessage {
  const timestamp = String(Math.floor(signedAt / 1_000));
  const signature = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
    .update(`${messageId}.${timestamp}.${body}`)
    .digest('base64');
  const headers = new Headers({
    'svix-id': messageId,
    'svix-timestamp': timestamp,
    'svix-signature': `v1,${signature}`,
  });
  return { headers, body };
}

import { createHmac } from 'node:crypto';

/** What one attempt to deliver a message is signed over. */
export interface WebhookAttemptParts {
  /** `whsec_…` */
  readonly secret: string;
  readonly messageId: string;
  readonly signedAtMs: number;
  readonly body: string;
}

/** The headers of Svix, by which a receiver tells that a message is genuine and when it was signed. */
export function signWebhook({
  secret,
  messageId,
  signedAtMs,
  body,
}: WebhookAttemptParts): Record<string, string> {
  const timestamp = String(Math.floor(signedAtMs / 1_000));
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${messageId}.${timestamp}.${body}`).digest('base64');
  return { 'svix-id': messageId, 'svix-timestamp': timestamp, 'svix-signature': `v1,${signature}` };
}

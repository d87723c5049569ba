import {
  type MigrationStatusError,
  ProviderResponseError,
  PushRefusedError,
  type Tracker,
} from '@migration-status/core';
import type { MigrationAdapter } from '@migration-status/core/adapter';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { allowHosts } from './allow-hosts.ts';

/** What a receiver is made of. */
export interface ReceiverOptions {
  /** The `parsePush` of the adapter whose webhooks come here. */
  readonly parsePush: NonNullable<MigrationAdapter['parsePush']>;
  readonly tracker: Pick<Tracker, 'push'>;
  /** Is told of every message that was not believed, or not understood. */
  readonly onRefused: (error: MigrationStatusError) => void;
  /** The names under which it may be addressed. Default: those of this machine. */
  readonly hosts?: readonly string[];
  /** Default `Date.now`. */
  readonly now?: () => number;
}

/** Where the webhooks of the Migrations API are sent. */
export const webhookPath = '/webhooks/migrations';

/** Far more than an event has; what is longer is not read to its end. */
const largestBodyBytes = 256 * 1024;

/**
 * Takes webhooks into a tracker. It answers without a body, so that nobody learns from it why a message was refused:
 *
 * | answer | to |
 * |---|---|
 * | 204 | what was taken, told nothing about a migration, or was taken before: it need not come again |
 * | 400 | a signature that is bad, old or missing |
 * | 413, 421 | too long a body, a foreign `Host` |
 * | 422 | a genuine message that is not understood: it comes again, perhaps after an update of ours |
 * | 500 | anything else |
 */
export function createReceiver({
  parsePush,
  tracker,
  onRefused,
  hosts = ['localhost', '127.0.0.1', '[::1]'],
  now = Date.now,
}: ReceiverOptions): Hono {
  const app = new Hono();
  app.use(allowHosts(hosts));
  app.use(bodyLimit({ maxSize: largestBodyBytes, onError: (context) => context.body(null, 413) }));

  app.post(webhookPath, async (context) => {
    // The text as it came: a body that is parsed and written again has another signature.
    const message = { headers: context.req.raw.headers, body: await context.req.text() };
    const status = await parsePush(message, { wallTime: now() });
    if (status) tracker.push(status);
    return context.body(null, 204);
  });

  app.onError((error, context) => {
    if (PushRefusedError.isInstance(error)) {
      onRefused(error);
      return context.body(null, error.code === 'repeated_message' ? 204 : 400);
    }
    if (ProviderResponseError.isInstance(error)) {
      onRefused(error);
      return context.body(null, 422);
    }
    console.error(error);
    return context.body(null, 500);
  });

  return app;
}

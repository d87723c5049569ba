import {
  ConfigurationError,
  type MigrationStatus,
  type PushContext,
  type PushMessage,
  type PushRefusedCode,
  PushRefusedError,
  parseOptions,
} from '@migration-status/core/adapter';
import { type GenericMigrationsRef, genericMigrationsRefSchema } from './generic-migrations-options.ts';
import type { GenericMigration } from './generic-migrations-schema.ts';
import { genericMigrationsStates } from './generic-migrations-states.ts';
import { createMessageMemory } from './message-memory.ts';
import { type PushedEvent, parsePushedEvent } from './push-event.ts';
import { type PushParserOptions, pushParserOptionsSchema } from './push-options.ts';
import { createSignatureCheck, type SignedMessage } from './push-signature.ts';
import { toPushedStatus } from './to-pushed-status.ts';

/** Checks a message and reads it; see {@link createPushParser}. */
export type PushParser = (
  message: PushMessage,
  context?: PushContext,
) => Promise<MigrationStatus<GenericMigration, GenericMigrationsRef> | undefined>;

const provider = 'generic-migrations';

/**
 * Makes the `parsePush` of an adapter: it checks that a webhook of the Migrations API is genuine, fresh and comes for the
 * first time, and reads it as a status for `tracker.push`. Throws a `ConfigurationError` that names the option when one is
 * missing or malformed.
 *
 * | message | outcome |
 * |---|---|
 * | `migration.created`, `.started`, `.completed`, `.failed` | a status, observed when the event says that it happened, else when it was signed |
 * | any other event | undefined |
 * | no signature, or none by a known secret | `PushRefusedError`, `invalid_signature` |
 * | signed longer ago than `toleranceMs`, or further ahead | `PushRefusedError`, `stale_message` |
 * | taken before, within that time | `PushRefusedError`, `repeated_message` |
 * | genuine, and of another shape | `ProviderResponseError` with its `path`; it may come again |
 *
 * Taken messages are noted in the memory of one process, the latest 100 000 and each for as long as it could come again:
 * another process, or this one after a restart, takes the same message once more, and is told what is known already. With
 * `takeMessageId` several processes share what they note.
 *
 * The body has to come as it was sent: signed are its very characters, which parsing and writing it again would change.
 *
 * @see https://anon.mintlify.app/v1/modal/webhooks
 *
 * @example
 * const parsePush = createPushParser({ secret: 'whsec_…' });
 * const migrations = createGenericMigrationsAdapter({ apiKey: 'your-api-key', parsePush });
 * const status = await parsePush({ headers: request.headers, body: await request.text() });
 * if (status) tracker.push(status);
 */
export function createPushParser(options: PushParserOptions): PushParser {
  const { secrets, toleranceMs, assumedZone, toMigrationId, takeMessageId, ...parsed } = parseOptions(
    pushParserOptionsSchema,
    options,
    { provider, subject: 'createPushParser' },
  );
  const states = { ...genericMigrationsStates, ...parsed.states };
  const checkSignature = createSignatureCheck(secrets);
  const memory = createMessageMemory();

  async function toRef({ migration, migrationId }: PushedEvent): Promise<GenericMigrationsRef | undefined> {
    const id = toMigrationId ? await toMigrationId({ migration, migrationId }) : migration.id;
    if (id === undefined) return undefined;
    return parseOptions(
      genericMigrationsRefSchema,
      { migrationId: id },
      { provider, subject: 'toMigrationId' },
    );
  }

  async function take({ messageId, signedAt }: SignedMessage, wallTime: number): Promise<boolean> {
    const until = signedAt + toleranceMs;
    if (!takeMessageId) return memory.take(messageId, until, wallTime);
    return takeMessageId(messageId, Math.ceil(until - wallTime) + 1);
  }

  return async (message, { wallTime = Date.now() } = {}) => {
    requireMessage(message);
    const signed = checkSignature(message);
    if (!signed) throw refuse('invalid_signature', 'the message is not signed with a known secret');
    const { signedAt } = signed;
    const isFresh = Math.abs(wallTime - signedAt) <= toleranceMs;
    if (!isFresh) throw refuse('stale_message', `signed ${describeAge(wallTime - signedAt)}`);
    const event = parsePushedEvent(message.body);
    const ref = event && (await toRef(event));
    // Noted last: what could not be read may be sent again until it can.
    if (!(await take(signed, wallTime))) throw refuse('repeated_message', 'the message was taken before');
    return event && ref && toPushedStatus(event, { ref, signedAt, states, assumedZone });
  };
}

/** A body that was parsed already is the mistake that is made most: its signature cannot be checked any more. */
function requireMessage(message: PushMessage): void {
  const { headers, body }: { headers?: unknown; body?: unknown } = Object(message);
  if (typeof Object(headers).get === 'function' && typeof body === 'string') return;
  throw new ConfigurationError({
    provider,
    option: 'message',
    message: `${provider}: "message" must be { headers, body }: a Headers object, and the body as the text that came`,
  });
}

function refuse(code: PushRefusedCode, reason: string): PushRefusedError {
  return new PushRefusedError({ provider, code, message: `${provider}: ${reason}` });
}

function describeAge(ageMs: number): string {
  const seconds = Math.round(Math.abs(ageMs) / 1_000);
  return ageMs < 0 ? `${seconds} s in the future` : `${seconds} s ago`;
}

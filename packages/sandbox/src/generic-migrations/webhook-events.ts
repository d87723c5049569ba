import type { ScriptedMigration } from '../migration-book.ts';
import type { TimelinePosition } from '../timeline.ts';
import { toUnzonedTimestamp } from '../timestamps.ts';
import type { WebhookEvent } from '../webhook-outbox.ts';
import type { GenericMigrationsDetails } from './generic-migrations-bodies.ts';
import { toMigration } from './generic-migrations-bodies.ts';

/** What is sent when a migration comes to a status. Others, `PENDING_USER_INPUT` among them, are not told. */
const eventTypes = new Map([
  ['WORKING', 'migration.started'],
  ['COMPLETE', 'migration.completed'],
  ['COMPLETED_WITH_FAILURES', 'migration.completed'],
  ['FAILED', 'migration.failed'],
]);

const reason = 'The source system rejected the login workflow';

/**
 * The events in the life of a migration: its making, and each change that is told.
 *
 * @see https://anon.mintlify.app/v1/modal/webhooks
 */
export function toWebhookEvents(migration: ScriptedMigration<GenericMigrationsDetails>): WebhookEvent[] {
  const positions = toPositions(migration);
  const made = positions.slice(0, 1).map((position) => toEvent(migration, position, 'migration.created'));
  const changes = positions.flatMap((position) => {
    const type = eventTypes.get(position.status);
    return type === undefined ? [] : [toEvent(migration, position, type)];
  });
  return [...made, ...changes];
}

/** Where the migration stands at the beginning of each stretch of its timeline. */
function toPositions({ timeline }: ScriptedMigration<GenericMigrationsDetails>): TimelinePosition[] {
  let enteredAfterMs = 0;
  return timeline.map(({ status, forMs = 0 }, index) => {
    const reached = timeline.slice(0, index + 1).map((entry) => entry.status);
    const position = { status, reached, enteredAfterMs };
    enteredAfterMs += forMs;
    return position;
  });
}

function toEvent(
  migration: ScriptedMigration<GenericMigrationsDetails>,
  position: TimelinePosition,
  eventType: string,
): WebhookEvent {
  const atMs = migration.startedAtMs + position.enteredAfterMs;
  return {
    atMs,
    type: eventType,
    subject: migration.id,
    toBody: (eventId, type) => ({
      id: eventId,
      object: 'event',
      created: toUnzonedTimestamp(atMs),
      type,
      data: {
        migration_id: toWebhookId(migration.id),
        object: toMigration({ migration, position }),
        ...(position.status === 'FAILED' && { error_message: reason }),
      },
    }),
  };
}

/** The vendor's sample writes the id of a migration in this form, outside of the migration itself. */
function toWebhookId(id: string): string {
  return `mig_${id.replaceAll('-', '').slice(0, 26).toUpperCase()}`;
}

import {
  isZone,
  type MigrationState,
  migrationStates,
  type StandardSchema,
  zoneExpectation,
} from '@migration-status/core/adapter';
import * as z from 'zod/mini';
import type { GenericMigration } from './generic-migrations-schema.ts';
import { isSigningSecret } from './push-signature.ts';

/** The ids in a message, which may differ in form. */
export interface PushedIds {
  /** The migration as the API describes it; its `id` is what other requests use. */
  readonly migration: GenericMigration;
  /** What the message itself calls the migration, `mig_…` in the vendor's sample; undefined when it says nothing. */
  readonly migrationId: string | undefined;
}

/** How `createPushParser` checks and reads a message. Either `secret` or `secrets` is required. */
export interface PushParserOptions {
  /** The endpoint's signing secret, as the vendor's dashboard shows it: `whsec_…`. */
  readonly secret?: string | undefined;
  /** Several secrets, while one takes the place of another: a message signed with any of them is believed. */
  readonly secrets?: readonly string[] | undefined;
  /** How old a signature may be, and how far ahead of this machine's clock, in milliseconds. Default 300 000. */
  readonly toleranceMs?: number | undefined;
  /** The same words as in the adapter's option of that name. */
  readonly states?: Readonly<Record<string, MigrationState>> | undefined;
  /** The zone in which times without one are read, as in the adapter's option of that name. Default `Z`. */
  readonly assumedZone?: string | undefined;
  /**
   * The id under which you track the migration, where that is not the `id` of the migration in the message: the vendor's
   * samples write ids in webhooks in another form than in the API, and do not say how to go from one to the other.
   * Undefined means that you know no such migration. Default: `migration.id`.
   */
  readonly toMigrationId?: ((ids: PushedIds) => string | undefined | Promise<string | undefined>) | undefined;
  /**
   * Stands in for the memory of this process where several processes take messages: notes the id for so many milliseconds
   * and gives true, or gives false when it is noted already. It is called for messages with a good signature only, and has
   * to do both in one step, as `SET … NX PX` of Redis does.
   */
  readonly takeMessageId?: ((messageId: string, forMs: number) => boolean | Promise<boolean>) | undefined;
}

type CheckedOptions = Pick<PushParserOptions, 'takeMessageId' | 'toMigrationId'> & {
  readonly secrets: readonly string[];
  readonly toleranceMs: number;
  readonly states: Readonly<Record<string, MigrationState>>;
  readonly assumedZone: string;
};

const secretExpectation = 'a signing secret in Base64, such as "whsec_…"';
const signingSecret = z.string().check(z.refine(isSigningSecret, secretExpectation));
const isFunction = (value: unknown): boolean => typeof value === 'function';

export const pushParserOptionsSchema: StandardSchema<CheckedOptions> = z.pipe(
  z
    .strictObject({
      secret: z.optional(signingSecret),
      secrets: z.optional(
        z.array(signingSecret).check(z.minLength(1, 'an array with at least one signing secret')),
      ),
      toleranceMs: z._default(
        z.number().check(z.refine(isTolerance, 'a positive number of milliseconds')),
        300_000,
      ),
      states: z._default(z.record(z.string(), z.enum(migrationStates)), {}),
      assumedZone: z._default(z.string().check(z.refine(isZone, zoneExpectation)), 'Z'),
      toMigrationId: z.optional(
        z.custom<PushParserOptions['toMigrationId']>(
          isFunction,
          'a function that gives the id of a migration',
        ),
      ),
      takeMessageId: z.optional(
        z.custom<PushParserOptions['takeMessageId']>(isFunction, 'a function that gives true the first time'),
      ),
    })
    .check(
      z.refine(({ secret, secrets }) => secret !== undefined || secrets !== undefined, {
        path: ['secret'],
        error: secretExpectation,
      }),
      z.refine(({ secret, secrets }) => secret === undefined || secrets === undefined, {
        path: ['secrets'],
        error: 'left out where there is a "secret"',
      }),
    ),
  z.transform(({ secret, secrets = [], ...rest }) => ({
    ...rest,
    secrets: secret === undefined ? secrets : [secret],
  })),
);

function isTolerance(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}

import { MigrationStatusError } from '@migration-status/core';

/**
 * The effect of a transition could not be recorded, and so neither could the transition. It is tried again, ever later, up to a
 * minute apart; the other migrations go on meanwhile. The cause is what the effect rejected with.
 *
 * @example
 * const onError = (error: unknown) => {
 *   if (EffectError.isInstance(error)) console.error(error.key, error.cause);
 * };
 */
export class EffectError extends MigrationStatusError {
  override readonly name = 'EffectError';
  readonly key: string;
  /** Which transition of the migration it is about. */
  readonly sequence: number;

  constructor({
    key,
    sequence,
    to,
    cause,
  }: {
    readonly key: string;
    readonly sequence: number;
    readonly to: string;
    readonly cause: unknown;
  }) {
    const message = `${key}: the effect of its transition to ${to} failed, and is tried again`;
    super({ kind: 'effect', code: 'effect_failed', message, isRetryable: true, cause });
    this.key = key;
    this.sequence = sequence;
  }

  static override isInstance(value: unknown): value is EffectError {
    return MigrationStatusError.isInstance(value) && value.kind === 'effect';
  }
}

import { kindOf, MigrationStatusError } from './migration-status-error.ts';

/**
 * The provider answered something that its documentation does not allow: not JSON, or JSON of another shape. The message
 * names the place and what stood there; the body itself is not kept.
 */
export class ProviderResponseError extends MigrationStatusError {
  override readonly name = 'ProviderResponseError';
  readonly failure = 'invalid_response';
  /** Where the body differs, as a JSON path: `$.result.data.status`; `$` for the whole body. */
  readonly path: string;

  constructor(details: { provider: string; path: string; message: string; cause?: unknown }) {
    super({ ...details, kind: 'response', code: 'invalid_response' });
    this.path = details.path;
  }

  static override isInstance(value: unknown): value is ProviderResponseError {
    return kindOf(value) === 'response';
  }
}

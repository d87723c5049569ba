import { kindOf, MigrationStatusError } from './migration-status-error.ts';

/**
 * An option, a ref or an argument is missing or malformed. It is thrown at construction or at the call, before any request,
 * names the option and says what is expected. The value itself is never repeated: it may be a credential.
 */
export class ConfigurationError extends MigrationStatusError {
  override readonly name = 'ConfigurationError';
  /** The option at fault, as a path: `apiKey`, `ref.organizationId`. */
  readonly option: string;

  constructor(details: { provider?: string | undefined; option: string; message: string; cause?: unknown }) {
    super({ ...details, kind: 'configuration', code: 'invalid_configuration' });
    this.option = details.option;
  }

  static override isInstance(value: unknown): value is ConfigurationError {
    return kindOf(value) === 'configuration';
  }
}

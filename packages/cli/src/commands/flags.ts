import type { ConfigFlags } from '../config/config-flags.ts';
import type { OutputFlags } from '../output/create-reporter.ts';

/** The flags of every command that speaks to a provider. */
export interface SourceFlags extends ConfigFlags {
  /** The file of the configuration. */
  readonly config?: string | undefined;
}

/** The flags of a command that looks at migrations. */
export interface LookFlags extends SourceFlags, OutputFlags {
  /** A ref as JSON. */
  readonly ref?: string | undefined;
  readonly allowPartial?: boolean | undefined;
}

/** How the audits are carried out. */
export interface AuditOptions {
  /** How many cases are generated. Default 320. */
  readonly cases?: number | undefined;
  /** The same seed makes the same cases. Default 1. */
  readonly seed?: number | undefined;
  /** How long one audit may take before it counts as broken, in milliseconds. Default 20 000. */
  readonly limitMs?: number | undefined;
}

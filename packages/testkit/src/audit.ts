import type { Scene } from './scene.ts';

/** How strongly an adapter is held to a promise. */
export type Requirement = 'MUST' | 'SHOULD' | 'MAY';

/** What is promised, as one sentence whose subject is the adapter. */
export type AuditName = `${Requirement} ${string}`;

/** What came of one audit. */
export type AuditResult =
  | { readonly status: 'pass' }
  | {
      readonly status: 'fail';
      /** One sentence that says what was expected and what came. */
      readonly reason: string;
      /** What it was seen by: the sample, the request, the reading. */
      readonly evidence?: unknown;
    }
  | { readonly status: 'skip'; readonly reason: string };

/** One promise, and how to find out whether it is kept. */
export interface Audit {
  /** Permanent: an id never changes its meaning, and is never given away again. */
  readonly id: string;
  readonly name: AuditName;
  /** Finds out, on an adapter of its own. It never rejects: what an adapter throws is a result too. */
  run(): Promise<AuditResult>;
}

/** An audit before it has an adapter: the first thing that its check yields is the result; nothing is a pass. */
export interface AuditDefinition {
  readonly id: string;
  readonly name: AuditName;
  readonly check: (scene: Scene) => AsyncGenerator<AuditResult, void, undefined>;
}

/** A broken promise. */
export function fail(reason: string, evidence?: unknown): AuditResult {
  return { status: 'fail', reason, ...(evidence !== undefined && { evidence }) };
}

/** A promise that this adapter does not make, and why. */
export function skip(reason: string): AuditResult {
  return { status: 'skip', reason };
}

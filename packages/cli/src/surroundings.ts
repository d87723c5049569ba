import type { EndingSignal } from './exit-codes.ts';
import type { Environment } from './output/output-mode.ts';

/** A stream that is written to: a terminal, a file or a pipe. */
export interface OutputStream {
  write(text: string): unknown;
  /** Whether it is a terminal. */
  readonly isTTY?: boolean | undefined;
  /** The size of the terminal. */
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

/** Everything outside of the program that commands touch. */
export interface Surroundings {
  /** For data. */
  readonly stdout: OutputStream;
  /** For everything else. */
  readonly stderr: OutputStream;
  readonly environment: Environment;
  /** The folder that the configuration is looked for in. */
  readonly folder: string;
  /** Is aborted at the first Ctrl-C; its reason is an {@link Interruption}. */
  readonly interruption: AbortSignal;
  /** Has something done on every way out of the process; gives a function that calls it off. */
  atExit(run: () => void): () => void;
  /** Has something done before the process is put to sleep, as by Ctrl-Z, and once it goes on; gives a function that calls it off. */
  atSuspension(hooks: SuspensionHooks): () => void;
  /** The whole standard input as text. */
  readInput(): Promise<string>;
}

/** What is done around a time in which the process sleeps. */
export interface SuspensionHooks {
  suspend(): void;
  resume(): void;
}

/** Why a command is to end early. */
export interface Interruption {
  readonly signal: EndingSignal;
}

/** The signal that has interrupted; undefined as long as none has. */
export function toInterruptingSignal({ aborted, reason }: AbortSignal): EndingSignal | undefined {
  return aborted ? (reason as Interruption).signal : undefined;
}

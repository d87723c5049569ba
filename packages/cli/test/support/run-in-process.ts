import { runProgram } from '../../src/program.ts';
import type { OutputStream, Surroundings } from '../../src/surroundings.ts';

/** What a command did. */
export interface CommandRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What it is run in; nothing of the real process is seen. */
export interface CommandOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly input?: string;
  readonly interruption?: AbortSignal;
}

/** A stream that keeps what is written to it. */
export function createTextStream(
  size: Pick<OutputStream, 'isTTY' | 'columns' | 'rows'> = {},
): OutputStream & { text(): string } {
  let written = '';
  return {
    ...size,
    write(text) {
      written += text;
    },
    on() {},
    off() {},
    text: () => written,
  };
}

/** Surroundings in which nothing of the real process is seen: pipes, an empty environment, nobody who interrupts. */
export function createSurroundings(given: Partial<Surroundings> = {}): Surroundings {
  return {
    stdout: createTextStream(),
    stderr: createTextStream(),
    environment: {},
    folder: import.meta.dirname,
    interruption: new AbortController().signal,
    atExit: () => () => {},
    atSuspension: () => () => {},
    readInput: async () => '',
    ...given,
  };
}

/** Runs one command line within the test, with pipes for streams. */
export async function runInProcess(
  words: readonly string[],
  { input = '', ...given }: CommandOptions = {},
): Promise<CommandRun> {
  const stdout = createTextStream();
  const stderr = createTextStream();
  const surroundings = createSurroundings({ ...given, stdout, stderr, readInput: async () => input });
  const exitCode = await runProgram(words, surroundings);
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

import path from 'node:path';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { workspaceRoot } from '../../../../test/support/workspace.ts';

/** A program in a terminal of its own: a real pseudo-terminal, and an emulator that reads what is drawn on it. */
export interface TerminalRun {
  /** What a person sees, without the spaces at the ends of lines. */
  screen(): readonly string[];
  /** Everything above and on the screen, as it would be found by scrolling up. */
  history(): readonly string[];
  /** Every byte that was written. */
  written(): string;
  isCursorShown(): boolean;
  /** Resolves once what is on the screen is as wanted. */
  waitFor(isWanted: (screen: string) => boolean): Promise<void>;
  resize(columns: number, rows: number): void;
  /** Closes the window: the terminal is gone. */
  hangUp(): void;
  /** Types: `\u0003` is Ctrl-C. */
  type(text: string): void;
  /** Resolves with the exit code once the process has ended and everything is drawn. */
  ended: Promise<number>;
}

/** How it is started. */
export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

const mainFile = path.join(workspaceRoot, 'packages/cli/src/main.ts');

/** What is typed into a shell to run the command line, unbuilt. */
export const commandLine = `'${process.execPath}' --conditions=source '${mainFile}'`;

/** Runs the command line, unbuilt, in a pseudo-terminal. */
export function runInTerminal(
  words: readonly string[],
  { program = mainFile, ...options }: TerminalOptions & { readonly program?: string } = {},
): TerminalRun {
  return openTerminal([process.execPath, '--conditions=source', program, ...words], options);
}

/** Runs anything in a pseudo-terminal, such as a shell. */
export function openTerminal(
  [command = '', ...words]: readonly string[],
  { columns = 80, rows = 24, environment = {}, folder = workspaceRoot }: TerminalOptions = {},
): TerminalRun {
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 10_000, allowProposedApi: true });
  const { CI: _ci, NO_COLOR: _noColor, FORCE_COLOR: _forceColor, ...inherited } = process.env;
  const child = spawn(command, [...words], {
    name: environment.TERM ?? 'xterm-256color',
    cols: columns,
    rows,
    cwd: folder,
    env: { ...inherited, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', ...environment },
  });
  let written = '';
  let drawing = Promise.resolve();
  const watchers = new Set<() => void>();
  child.onData((data) => {
    written += data;
    drawing = new Promise((resolve) => {
      terminal.write(data, () => {
        for (const watcher of watchers) watcher();
        resolve();
      });
    });
  });
  const ended = new Promise<number>((resolve) => {
    child.onExit(({ exitCode }) => {
      // What was written last may still be on its way through the pseudo-terminal.
      setTimeout(() => void drawing.then(() => resolve(exitCode)), 50);
    });
  });

  function readLines(from: number, until: number): readonly string[] {
    const buffer = terminal.buffer.active;
    const lines: string[] = [];
    for (let index = from; index < until; index += 1) {
      lines.push(buffer.getLine(index)?.translateToString(true).trimEnd() ?? '');
    }
    return lines;
  }

  const screen = () => {
    const { baseY } = terminal.buffer.active;
    return readLines(baseY, baseY + terminal.rows);
  };

  return {
    screen,
    history: () => readLines(0, terminal.buffer.active.baseY + terminal.rows),
    written: () => written,
    isCursorShown: () => written.lastIndexOf('\u001b[?25h') >= written.lastIndexOf('\u001b[?25l'),
    waitFor: (isWanted) =>
      new Promise((resolve) => {
        const check = () => {
          if (!isWanted(screen().join('\n'))) return;
          watchers.delete(check);
          resolve();
        };
        watchers.add(check);
        check();
      }),
    resize(nextColumns, nextRows) {
      terminal.resize(nextColumns, nextRows);
      child.resize(nextColumns, nextRows);
    },
    hangUp: () => child.kill('SIGHUP'),
    type: (text) => child.write(text),
    ended,
  };
}

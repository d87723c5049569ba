import { spawn } from 'node:child_process';
import path from 'node:path';
import { workspaceRoot } from '../../../../test/support/workspace.ts';

/** The command line as a process of its own. */
export interface CommandProcess {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves with what is found in the output once it is there; rejects when the process ends before. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  /** Its exit code, or the signal that has ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

const program = path.join(workspaceRoot, 'packages/cli/src/main.ts');

/** Starts the command line, unbuilt. */
export function startCommand(
  words: readonly string[],
  {
    folder,
    environment,
  }: { readonly folder: string; readonly environment: Readonly<Record<string, string>> },
  nodeFlags: readonly string[] = [],
): CommandProcess {
  const child = spawn(process.execPath, ['--conditions=source', ...nodeFlags, program, ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...environment },
  });
  let [stdout, stderr] = ['', ''];
  const watchers = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const watcher of watchers) watcher();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal));
  });

  return {
    stdout: () => stdout,
    stderr: () => stderr,
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const found = pattern.exec(stdout);
          if (found === null) return;
          watchers.delete(check);
          resolve(found);
        };
        watchers.add(check);
        ended.then((end) => reject(new Error(`It ended with ${end}: ${stdout}${stderr}`)));
        check();
      }),
    kill: (signal) => child.kill(signal),
    ended,
  };
}

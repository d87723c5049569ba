import { spawn } from 'node:child_process';

/** What a command did. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Is handed the output so far and a way to signal the command, each time that there is more. */
  readonly onOutput?: (stdout: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs a command to its end and collects what it prints. */
export function runCommand(
  command: string,
  commandArguments: readonly string[],
  { cwd, env, onOutput }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, commandArguments, { cwd, env: { ...process.env, ...env } });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      onOutput?.(stdout, (signal) => child.kill(signal));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** Runs a command that must succeed, and gives what it printed. */
export async function mustRun(
  command: string,
  commandArguments: readonly string[],
  options?: CommandOptions,
): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommand(command, commandArguments, options);
  if (exitCode !== 0) {
    throw new Error(`${command} ${commandArguments.join(' ')} ended with ${exitCode}:\n${stdout}\n${stderr}`);
  }
  return stdout;
}

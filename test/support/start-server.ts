import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A command that serves until it is told to end. */
export interface StartedServer extends AsyncDisposable {
  /** The address that it says first. */
  readonly url: string;
  /** Ends it as Ctrl-C does; gives how it ended, and what it complained of. */
  stop(): Promise<{ readonly exitCode: number | null; readonly stderr: string }>;
}

/** Starts a command of the workspace that serves on loopback and prints its address. */
export async function startServer(main: string): Promise<StartedServer> {
  const child = spawn(process.execPath, ['--conditions=source', main]);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close');
  const url = await new Promise<string>((resolve, reject) => {
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const [address] = /http:\S+(?=\n)/.exec(stdout) ?? [];
      if (address) resolve(address);
    });
    void ended.then(() => reject(new Error(`it ended without an address:\n${stderr}`)));
  });

  async function stop() {
    child.kill('SIGINT');
    await ended;
    return { exitCode: child.exitCode, stderr };
  }

  return {
    url,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

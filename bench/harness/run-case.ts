import { fork } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Findings } from './measurement.ts';

/** What a process came to: its findings, or why it has none. */
export type CaseResult = Findings | { readonly failed: string };

/** How a case is run. */
export interface CaseOptions {
  readonly measurement: string;
  readonly caseName: string;
  readonly share: number;
  /** When the process is ended, in milliseconds. */
  readonly timeoutMs: number;
}

const childPath = path.join(import.meta.dirname, 'child.ts');
const execArgv = ['--expose-gc', '--conditions=source', '--max-old-space-size=8192'];

/** How long a process that is late may take to stop what it has started, in milliseconds. */
const goodbyeMs = 5_000;

/**
 * Measures one case in a process of its own. A process that dies is a result too. Whatever it leaves in its folder for
 * temporary files goes with it.
 */
export async function runCase(options: CaseOptions): Promise<CaseResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'migration-status-bench-'));
  try {
    // A server that it starts may run under a user of its own.
    await chmod(folder, 0o755);
    return await runIn(folder, options);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function runIn(
  folder: string,
  { measurement, caseName, share, timeoutMs }: CaseOptions,
): Promise<CaseResult> {
  return new Promise((resolve) => {
    const child = fork(childPath, [measurement, caseName, String(share)], {
      execArgv,
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let killing: NodeJS.Timeout | undefined;
    let findings: Findings | undefined;
    let complaint = '';
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGTERM');
      killing = setTimeout(() => child.kill('SIGKILL'), goodbyeMs);
    }, timeoutMs);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-longestComplaint);
    });
    child.on('message', (message) => {
      if (isFindings(message)) findings = message;
    });
    child.on('error', (error) => {
      complaint += error.message;
    });
    child.on('close', (exitCode, signal) => {
      clearTimeout(timer);
      clearTimeout(killing);
      if (findings) return resolve(findings);
      const end = isLate ? `no result within ${timeoutMs / 1_000} s` : `ended with ${signal ?? exitCode}`;
      resolve({ failed: toReason(end, complaint) });
    });
  });
}

const longestComplaint = 20_000;

/** How a process ended, and the line of its output that says why. */
export function toReason(end: string, complaint: string): string {
  const line = complaint.split('\n').find((text) => /^FATAL ERROR|^\w*Error\b/.test(text.trim()));
  return line ? `${line.trim()} (${end})` : end;
}

function isFindings(value: unknown): value is Findings {
  return typeof value === 'object' && value !== null && 'figures' in value && isNumbers(value.figures);
}

function isNumbers(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every(Number.isFinite);
}

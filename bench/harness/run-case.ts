import { fork } from 'node:child_process';
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

/** Measures one case in a process of its own. Never rejects: a process that dies is a result too. */
export function runCase({ measurement, caseName, share, timeoutMs }: CaseOptions): Promise<CaseResult> {
  return new Promise((resolve) => {
    const child = fork(childPath, [measurement, caseName, String(share)], {
      execArgv,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let findings: Findings | undefined;
    let complaint = '';
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
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

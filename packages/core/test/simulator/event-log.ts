import { createHash } from 'node:crypto';

/** What happened in a run, line by line. */
export interface EventLog {
  write(line: string): void;
  /** The last lines, oldest first. */
  last(): readonly string[];
  /** The same for two runs exactly when all their lines are. */
  digest(): string;
}

const keptLines = 40;

/** Makes an empty log, that keeps the last lines and a digest of all, and shows each to whoever wants to see it. */
export function createEventLog(onLine?: (line: string) => void): EventLog {
  const hash = createHash('sha256');
  const lines: string[] = [];
  return {
    write(line) {
      hash.update(line).update('\n');
      onLine?.(line);
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
    },
    last: () => [...lines],
    digest: () => hash.copy().digest('hex'),
  };
}

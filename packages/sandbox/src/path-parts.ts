import type { ApiRequest } from './provider-api.ts';

/** The percent-decoded parts of the path below `basePath`, which ends with a slash; none for a path elsewhere. */
export function partsBelow(basePath: string, { path }: ApiRequest): readonly string[] {
  return path.startsWith(basePath) ? path.slice(basePath.length).split('/').map(decodePart) : [];
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

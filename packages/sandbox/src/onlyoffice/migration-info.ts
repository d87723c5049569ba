/** `parseResult` as it is served; a property that is not known is left out and never null. */
export type MigrationInfo = Readonly<Record<string, unknown>>;

/** Info about nothing yet, with every import flag at `flag`. */
export function emptyInfo(flag = false): MigrationInfo {
  return {
    failedArchives: [],
    users: [],
    withoutEmailUsers: [],
    existUsers: [],
    groups: [],
    importPersonalFiles: flag,
    importSharedFiles: flag,
    importSharedFolders: flag,
    importCommonFiles: flag,
    importProjectFiles: flag,
    importGroups: flag,
    successedUsers: 0,
    failedUsers: 0,
  };
}

/** Everything a caller may post, by an example of each. */
const postable = { ...emptyInfo(), migratorName: '', operation: '', files: [], errors: [] };

/**
 * What the server keeps of a body that starts an import, or `undefined` when a property has the wrong type. It
 * has no opinion of its own: an `operation` that the caller copied from the parse comes back unchanged.
 */
export function toPostedInfo(body: Readonly<Record<string, unknown>>): MigrationInfo | undefined {
  const given = Object.entries(postable).flatMap(([name, example]) => {
    const value = body[name] ?? undefined;
    return value === undefined ? [] : [{ name, value, fits: haveSameType(value, example) }];
  });
  if (given.some(({ fits }) => !fits)) return undefined;
  return { ...emptyInfo(), ...Object.fromEntries(given.map(({ name, value }) => [name, value])) };
}

function haveSameType(one: unknown, other: unknown): boolean {
  return typeof one === typeof other && Array.isArray(one) === Array.isArray(other);
}

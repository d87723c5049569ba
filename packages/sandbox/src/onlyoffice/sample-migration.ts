/** The migrators there are, as the provider spells them. */
export const migratorNames = ['GoogleWorkspace', 'Nextcloud', 'Workspace'] as const;

const archives = new Map<string, readonly string[]>([
  ['GoogleWorkspace', ['takeout-001.zip', 'takeout-002.zip', 'takeout-003.zip']],
  ['Nextcloud', ['nextcloud-backup.zip']],
  ['Workspace', ['backup.tar.gz']],
]);

/** The archives that were uploaded for a migrator. */
export function archivesOf(migratorName: string): readonly string[] {
  return archives.get(migratorName) ?? [];
}

const anna = {
  shouldImport: false,
  key: 'anna',
  email: 'anna@example.com',
  displayName: 'Anna Berg',
  firstName: 'Anna',
  lastName: 'Berg',
  userType: 'User',
  migratingFiles: { foldersCount: 3, filesCount: 14, bytesTotal: 5_242_880 },
};

const ben = {
  shouldImport: false,
  key: 'ben',
  email: 'ben@example.com',
  displayName: 'Ben Cole',
  firstName: 'Ben',
  lastName: 'Cole',
  userType: 'User',
  migratingFiles: { foldersCount: 1, filesCount: 2, bytesTotal: 40_960 },
};

/** Comes without an e-mail address. */
const carl = {
  shouldImport: false,
  key: 'carl',
  displayName: 'Carl Dietz',
  firstName: 'Carl',
  lastName: 'Dietz',
  userType: 'User',
  migratingFiles: { foldersCount: 0, filesCount: 0, bytesTotal: 0 },
};

/** Is a member of the portal already. */
const dora = {
  shouldImport: false,
  key: 'dora',
  email: 'dora@example.com',
  displayName: 'Dora Egan',
  firstName: 'Dora',
  lastName: 'Egan',
  userType: 'User',
  migratingFiles: { foldersCount: 5, filesCount: 60, bytesTotal: 104_857_600 },
};

const marketing = { shouldImport: false, groupName: 'Marketing', userUidList: ['anna', 'ben'] };

/** Who a parse found. Google's archives know their people by e-mail address. */
export function toParsedPeople(migratorName: string) {
  if (migratorName === 'GoogleWorkspace') return { users: [{ ...anna, key: anna.email }] };
  return { users: [anna, ben], withoutEmailUsers: [carl], existUsers: [dora], groups: [marketing] };
}

/** What an admin makes of them, as the vendor's own page posts it. */
export const chosenPeople = {
  users: [
    { ...anna, shouldImport: true },
    { ...ben, shouldImport: true, userType: 'RoomAdmin' },
  ],
};

const benAsChosen = { ...ben, userType: 'RoomAdmin' };
const carlWithEmail = { ...carl, email: 'carl@example.com' };

/**
 * Who an import works on. The other two lists are merged into `users` and stay where they were; a user whose
 * account could not be made drops out.
 */
export function toImportedPeople(failed: 'nobody' | 'ben' | 'everybody') {
  if (failed === 'everybody') return { groups: [marketing] };
  return {
    users: failed === 'ben' ? [anna, dora, carlWithEmail] : [anna, benAsChosen, dora, carlWithEmail],
    withoutEmailUsers: [carlWithEmail],
    existUsers: [dora],
    groups: [marketing],
  };
}

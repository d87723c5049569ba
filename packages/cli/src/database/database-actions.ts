/** What `db` can do. */
export const databaseActions = ['status', 'migrate'] as const;

/** One of {@link databaseActions}. */
export type DatabaseAction = (typeof databaseActions)[number];

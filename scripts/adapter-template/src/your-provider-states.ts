/**
 * YourProvider's words for the state of a migration, each with what it stands for. The page that lists them:
 *
 * @see https://docs.your-provider.example/migrations
 */
export const yourProviderStates = Object.freeze({
  QUEUED: 'pending',
  RUNNING: 'running',
  DONE: 'succeeded',
  FAILED: 'failed',
} as const);

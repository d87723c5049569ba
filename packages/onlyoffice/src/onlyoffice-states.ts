/**
 * A portal has no word for the state of its job: it shows `isCompleted`, `error` and `parseResult.operation`, from which
 * these words are composed. A job with another `operation` is `unknown`, under the portal's own word for it.
 *
 * The table holds for a ref that awaits the import. What else a ref says changes some of its lines:
 *
 * - `{ awaiting: 'parse' }`: `parse:completed` is `succeeded`, and so is every job that is an import, however that goes;
 * - `{ parseRequestedAt }`, `{ importRequestedAt }`, within the grace after it and until what was asked for has been seen to
 *   go on: what would be an end, `awaiting_input` or `not_found` is `pending` in the phase `parse` or `import`.
 *
 * Composed after the server's source (ASC.Migration, v3.7.2) and the page of the model:
 *
 * @see https://api.onlyoffice.com/docspace/api-backend/usage-api/models/migration-status-dto
 */
export const onlyOfficeStates = Object.freeze({
  none: 'not_found',
  'parse:queued': 'pending',
  'parse:running': 'running',
  'parse:completed': 'awaiting_input',
  'parse:failed': 'failed',
  'import:queued': 'pending',
  'import:running': 'running',
  'import:completed': 'succeeded',
  'import:completed_with_failures': 'partially_succeeded',
  'import:failed': 'failed',
  failed: 'failed',
} as const);

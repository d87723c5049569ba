/**
 * Velt's words for the state of a document migration. The page of the status endpoint lists exactly these four:
 *
 * @see https://docs.velt.dev/api-reference/rest-apis/v2/documents/migrate-documents-status
 */
export const veltStates = Object.freeze({
  pending: 'pending',
  in_progress: 'running',
  completed: 'succeeded',
  failed: 'failed',
} as const);

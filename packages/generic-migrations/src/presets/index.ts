/**
 * Descriptions of public APIs, for `createRestAdapter`. Each says what its evidence is; none has been tried against the live API.
 *
 * @module
 */
export { gitlabDirectTransfer } from './gitlab-direct-transfer.ts';
export { salesforceBulkIngest } from './salesforce-bulk-ingest.ts';
export { zendeskJobStatuses } from './zendesk-job-statuses.ts';

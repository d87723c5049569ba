import { testAdapter } from '@migration-status/testkit/vitest';
import { describe } from 'vitest';
import { gitlabHarness, salesforceHarness, zendeskHarness } from './harnesses.ts';

describe('GitLab', () => testAdapter(gitlabHarness));
describe('Zendesk', () => testAdapter(zendeskHarness));
describe('Salesforce', () => testAdapter(salesforceHarness));

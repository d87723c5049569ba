import { testAdapter } from '@migration-status/testkit/node-test';
import { harness } from './harness.ts';

testAdapter(harness);

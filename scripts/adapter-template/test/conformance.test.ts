import { testAdapter } from '@migration-status/testkit/vitest';
import { harness } from './harness.ts';

testAdapter(harness);

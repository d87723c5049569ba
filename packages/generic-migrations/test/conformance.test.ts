import { testAdapter } from '@migration-status/testkit/vitest';
import { describe } from 'vitest';
import { harness, harnessWithTasks } from './harness.ts';

testAdapter(harness);

describe('with the progress of tasks', () => testAdapter(harnessWithTasks));

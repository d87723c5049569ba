import type { Measurement } from '../harness/measurement.ts';
import { abort } from './abort.ts';
import { change } from './change.ts';
import { cpu } from './cpu.ts';
import { heap } from './heap.ts';
import { http } from './http.ts';
import { million } from './million.ts';
import { policies } from './policies.ts';
import { provider } from './provider.ts';
import { resume } from './resume.ts';
import { size } from './size.ts';
import { streams } from './streams.ts';
import { throttle } from './throttle.ts';

/** Everything that is measured, in the order of the report. */
export const measurements: readonly Measurement[] = [
  heap,
  cpu,
  http,
  policies,
  throttle,
  abort,
  size,
  million,
  change,
  resume,
  streams,
  provider,
];

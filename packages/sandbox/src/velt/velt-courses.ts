import type { Course } from '../generated-timeline.ts';

/** The courses Velt migrations take: most end well, a few fail, stand still or use a word of tomorrow. */
export const veltCourses: readonly Course[] = [
  { weight: 7, statuses: ['pending', 'in_progress', 'completed'] },
  { weight: 2, statuses: ['pending', 'in_progress', 'failed'] },
  { weight: 1, statuses: ['pending', 'in_progress'] },
  { weight: 1, statuses: ['pending', 'in_progress', 'rolling_back', 'failed'] },
];

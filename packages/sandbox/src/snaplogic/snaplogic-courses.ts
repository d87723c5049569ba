import type { Course } from '../generated-timeline.ts';

/** The courses SnapLogic migrations take: most end well, some fail before or after they began, one never ends. */
export const snapLogicCourses: readonly Course[] = [
  { weight: 7, statuses: ['Started', 'Migrating', 'Completed'] },
  { weight: 1, statuses: ['Started', 'Migrating', 'Failed'] },
  { weight: 1, statuses: ['Started', 'Failed'] },
  { weight: 1, statuses: ['Started', 'Migrating'] },
];

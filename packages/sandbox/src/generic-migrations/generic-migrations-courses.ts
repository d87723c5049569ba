import type { Course } from '../generated-timeline.ts';

/** The courses of migrations that a person starts in the modal. */
export const modalCourses: readonly Course[] = [
  { weight: 5, statuses: ['NOT_STARTED', 'WORKING', 'COMPLETE'] },
  { weight: 2, statuses: ['NOT_STARTED', 'WORKING', 'PENDING_USER_INPUT', 'WORKING', 'COMPLETE'] },
  { weight: 2, statuses: ['NOT_STARTED', 'WORKING', 'COMPLETED_WITH_FAILURES'] },
  { weight: 1, statuses: ['NOT_STARTED', 'WORKING', 'FAILED'] },
  { weight: 1, statuses: ['NOT_STARTED', 'LOGIN_ABANDONED'] },
  { weight: 1, statuses: ['NOT_STARTED'] },
];

/** The courses of migrations that a server starts. */
export const serverCourses: readonly Course[] = [
  { weight: 4, statuses: ['NOT_READY', 'WORKING', 'COMPLETE'] },
  { weight: 1, statuses: ['NOT_READY', 'WORKING', 'COMPLETED_WITH_FAILURES'] },
  { weight: 1, statuses: ['NOT_READY', 'WORKING', 'FAILED'] },
];

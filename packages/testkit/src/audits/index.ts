import type { AuditDefinition } from '../audit.ts';
import { abortAudits } from './abort.ts';
import { batchAudits } from './batch.ts';
import { cancelAudits } from './cancel.ts';
import { capabilityAudits } from './capabilities.ts';
import { concurrencyAudits } from './concurrency.ts';
import { generatedAudits } from './generated.ts';
import { httpAudits } from './http.ts';
import { listAudits } from './listing.ts';
import { mappingAudits } from './mapping.ts';
import { memoAudits } from './memo.ts';
import { modelAudits } from './model.ts';
import { pushAudits } from './push.ts';
import { refAudits } from './refs.ts';
import { securityAudits } from './security.ts';
import { startAudits } from './start.ts';

/** All audits, in the order of the report. */
export const auditDefinitions: readonly AuditDefinition[] = [
  ...capabilityAudits,
  ...refAudits,
  ...mappingAudits,
  ...modelAudits,
  ...httpAudits,
  ...abortAudits,
  ...securityAudits,
  ...memoAudits,
  ...concurrencyAudits,
  ...batchAudits,
  ...listAudits,
  ...startAudits,
  ...cancelAudits,
  ...pushAudits,
  ...generatedAudits,
];

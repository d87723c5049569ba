import type { Audit, AuditDefinition, AuditResult } from './audit.ts';
import { fail } from './audit.ts';
import type { AuditOptions } from './audit-options.ts';
import { auditDefinitions } from './audits/index.ts';
import { createScenes, type Scenes } from './create-scenes.ts';
import type { AdapterHarness } from './harness.ts';
import { parseHarness } from './parse-harness.ts';

/**
 * The audits of one adapter, as data: each has an id, a name, and a `run` that finds out whether the promise is kept, against
 * a real server on this machine. It runs nothing by itself and knows no test runner. Throws a `ConfigurationError` that names
 * the field when the harness is malformed.
 *
 * @example
 * for (const audit of auditAdapter(harness)) console.log(audit.id, audit.name, (await audit.run()).status);
 */
export function auditAdapter<Ref>(
  harness: AdapterHarness<Ref>,
  options: AuditOptions = {},
): readonly Audit[] {
  return prepareAudits(harness, options).audits;
}

/** The same, and how many generated cases they have run so far. */
export function prepareAudits<Ref>(
  harness: AdapterHarness<Ref>,
  options: AuditOptions,
): { readonly audits: readonly Audit[]; readonly countCases: () => number } {
  const scenes = createScenes(parseHarness(harness), options);
  return {
    audits: auditDefinitions.map((definition) => toAudit(definition, scenes)),
    countCases: scenes.countCases,
  };
}

function toAudit(definition: AuditDefinition, scenes: Scenes): Audit {
  return {
    id: definition.id,
    name: definition.name,
    run: () => runCheck(definition, scenes),
  };
}

async function runCheck({ check }: AuditDefinition, scenes: Scenes): Promise<AuditResult> {
  try {
    return await scenes.use(async (scene) => {
      for await (const result of check(scene)) return result;
      return { status: 'pass' };
    });
  } catch (error) {
    return fail(error instanceof Error ? `${error.name}: ${error.message}` : `${error}`, error);
  }
}

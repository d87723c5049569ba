import {
  type Cell,
  type Column,
  type Goal,
  type Measurement,
  type Outcome,
  type Row,
  toCell,
} from '../harness/measurement.ts';
import { awsWaiter, coreLro, fixed, ours } from '../policies/policies.ts';
import { measurePolicies } from '../policies.ts';

const everything = 'all';

/** The columns of the simulated policies. One of ours that has none is a line of its own; the others have no place. */
const policyColumns: ReadonlyMap<string, Column> = new Map([
  [ours().name, 'ours'],
  [coreLro.name, 'core-lro'],
  [awsWaiter.name, 'waiter'],
  [fixed.name, 'bare'],
]);

/** The goals hold for the populations that they were set with. */
const goals: Readonly<Record<string, { readonly requests: number; readonly lagShare: number }>> = {
  progress: { requests: 14, lagShare: 0.02 },
  'progress, 100 a request': { requests: 0.15, lagShare: 0.02 },
  'progress, 100 a request, 100 000 at once': { requests: 0.15, lagShare: 0.02 },
};

const requestsTitle = 'policies: requests per finished migration, simulated (bare: every 30 s)';
const latenessTitle = 'policies: lateness / duration at p99, in the same simulation';

/** Requests and lateness of whole policies, simulated: what a finished migration costs, and how late its end is seen. */
export const policies: Measurement = {
  name: 'policies',
  title: requestsTitle,
  cases: [everything],
  repeats: 1,
  needsQuiet: false,

  async measure() {
    const figures = measurePolicies().flatMap(({ population, policy, requestsPerMigration, lagP99Share }) => [
      [['requests', population, policy].join(separator), requestsPerMigration] as const,
      [['lagShare', population, policy].join(separator), lagP99Share] as const,
    ]);
    return { figures: Object.fromEntries(figures) };
  },

  toRows(outcomes) {
    const outcome = outcomes[everything];
    if (!outcome || !('figures' in outcome)) {
      const cell = toCell(outcomes, everything, '');
      return [{ label: 'all', unit: 'count', cells: { ...(cell && { ours: cell }) } }];
    }
    return [
      ...toBlock(outcome, 'requests', { title: requestsTitle, unit: 'count' }),
      ...toBlock(outcome, 'lagShare', { title: latenessTitle, unit: 'share' }),
    ];
  },
};

const separator = ' | ';

/** One line per population. */
function toBlock(
  outcome: Extract<Outcome, { figures: unknown }>,
  kind: 'requests' | 'lagShare',
  look: Pick<Row, 'title' | 'unit'>,
): readonly Row[] {
  const rows = new Map<string, Partial<Record<Column, Cell>>>();
  for (const [name, figure] of Object.entries(outcome.figures)) {
    const [figureKind, population = '', policy = ''] = name.split(separator);
    if (figureKind !== kind) continue;
    const column = policyColumns.get(policy);
    if (column !== undefined) rows.set(population, { ...rows.get(population), [column]: figure });
    else if (policy.startsWith(ours().name))
      rows.set(policy.replace(ours().name, population), { ours: figure });
  }
  return [...rows].map(([label, cells]): Row => {
    const atMost = goals[label]?.[kind];
    const goal: Goal | undefined = atMost === undefined ? undefined : { of: 'ours', atMost };
    return { ...look, label, cells, ...(goal && { goal }) };
  });
}

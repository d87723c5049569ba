import {
  type Cell,
  type Column,
  type Measurement,
  type Outcome,
  type Row,
  toCell,
  type Unit,
} from '../harness/measurement.ts';
import { awsWaiter, coreLro, fixed, ours, oursUnfilled } from '../policies/policies.ts';
import { measurePolicies } from '../policies.ts';

const everything = 'all';

/** The columns of the simulated policies; the others have no place. */
const policyColumns: ReadonlyMap<string, Column> = new Map([
  [ours().name, 'ours'],
  [coreLro.name, 'core-lro'],
  [awsWaiter.name, 'waiter'],
  [fixed.name, 'bare'],
  [oursUnfilled.name, 'bare'],
]);

/** The goals hold for the populations that they were set with. */
const goals: Readonly<Record<string, { readonly requests: number; readonly lagShare: number }>> = {
  progress: { requests: 14, lagShare: 0.02 },
  'progress, 100 a request': { requests: 0.15, lagShare: 0.02 },
  'progress, 100 a request, 100 000 at once': { requests: 0.15, lagShare: 0.02 },
};

type Kind = 'requests' | 'lagShare';

const looks: Readonly<
  Record<Kind, { readonly unit: Unit; readonly title: string; readonly batchTitle: string }>
> = {
  requests: {
    unit: 'count',
    title: 'policies: requests per finished migration, simulated (bare: every 30 s)',
    batchTitle: 'policies: requests with 100 in each (bare: ours without filling)',
  },
  lagShare: {
    unit: 'share',
    title: 'policies: lateness / duration at p99, in the same simulation',
    batchTitle: 'policies: lateness with 100 in a request (bare: ours without filling)',
  },
};

/** What the names of populations that are read in batches have in common. */
const batchMark = ', 100 a request';

/** Requests and lateness of whole policies, simulated: what a finished migration costs, and how late its end is seen. */
export const policies: Measurement = {
  name: 'policies',
  title: looks.requests.title,
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
    return [...toBlock(outcome, 'requests'), ...toBlock(outcome, 'lagShare')];
  },
};

const separator = ' | ';

/** One line per population. */
function toBlock(outcome: Extract<Outcome, { figures: unknown }>, kind: Kind): readonly Row[] {
  const rows = new Map<string, Partial<Record<Column, Cell>>>();
  for (const [name, figure] of Object.entries(outcome.figures)) {
    const [figureKind, population = '', policy = ''] = name.split(separator);
    const column = policyColumns.get(policy);
    if (figureKind !== kind || column === undefined) continue;
    rows.set(population, { ...rows.get(population), [column]: figure });
  }
  const { unit, title, batchTitle } = looks[kind];
  return [...rows].map(([population, cells]): Row => {
    const atMost = goals[population]?.[kind];
    return {
      unit,
      cells,
      title: population.includes(batchMark) ? batchTitle : title,
      label: population.replace(batchMark, ''),
      ...(atMost !== undefined && { goal: { of: 'ours', atMost } }),
    };
  });
}

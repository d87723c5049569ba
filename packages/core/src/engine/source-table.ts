import type { MigrationAdapter } from '../adapter/contract.ts';
import { createLane, type Lane } from '../lane/lane.ts';
import { createLaneQueue, createSource, endTurns, type LaneQueue, type Source } from './lane-queue.ts';
import type { Planner } from './planner.ts';

/** Every lane, and every source of rows in it. Sources without rows are forgotten, lanes are not: they have learnt. */
export interface SourceTable {
  at(index: number): Source;
  /** The source of an adapter's rows of one lane and group, made when there is none. */
  toSource(adapter: MigrationAdapter, laneName: string, group: string | undefined, now: number): Source;
  /** The same for rows that are to be read by themselves. */
  toAlone(source: Source): Source;
  /** The same for rows that may be read with others. */
  toShared(source: Source): Source;
  /** One row less belongs to it. */
  release(source: Source): void;
  lanes(): Iterable<LaneQueue>;
  restoreLane(name: string, state: Lane): void;
}

/** @param createPlanner Makes the planner of rows that share requests; `common` is for all others. */
export function createSourceTable(common: Planner, createPlanner: () => Planner): SourceTable {
  const lanes = new Map<string, LaneQueue>();
  const sources: Source[] = [];
  const free: number[] = [];
  /** Many rows of one source are added together. */
  let latest: Source | undefined;

  function laneAt(name: string, now: number): LaneQueue {
    const known = lanes.get(name);
    if (known) return known;
    const lane = createLaneQueue(name, createLane(now));
    lanes.set(name, lane);
    return lane;
  }

  function find(
    lane: LaneQueue,
    adapter: MigrationAdapter,
    group: string | undefined,
    canShare: boolean,
  ): Source {
    const groups = canShare ? lane.shared : lane.alone;
    let ofAdapter = groups.get(adapter);
    if (ofAdapter === undefined) {
      ofAdapter = { planner: canShare ? createPlanner() : common, byGroup: new Map() };
      groups.set(adapter, ofAdapter);
    }
    const { planner, byGroup } = ofAdapter;
    const known = byGroup.get(group);
    if (known) return known;
    const index = free.pop() ?? sources.length;
    const source = createSource({ index, adapter, lane, group, canShare, planner });
    sources[index] = source;
    byGroup.set(group, source);
    return source;
  }

  return {
    at: (index) => sources[index] as Source,
    toSource(adapter, laneName, group, now) {
      const canShare = adapter.getStatuses !== undefined;
      const isLatest =
        latest?.adapter === adapter &&
        latest.group === group &&
        latest.canShare === canShare &&
        latest.lane.name === laneName;
      if (latest === undefined || !isLatest) latest = find(laneAt(laneName, now), adapter, group, canShare);
      return latest;
    },
    toAlone: ({ lane, adapter, group }) => find(lane, adapter, group, false),
    toShared: ({ lane, adapter, group }) => find(lane, adapter, group, true),
    release(source) {
      source.rows -= 1;
      if (source.rows > 0) return;
      if (source === latest) latest = undefined;
      endTurns(source);
      const groups = source.canShare ? source.lane.shared : source.lane.alone;
      groups.get(source.adapter)?.byGroup.delete(source.group);
      free.push(source.index);
    },
    lanes: () => lanes.values(),
    restoreLane(name, state) {
      latest = undefined;
      lanes.set(name, createLaneQueue(name, state));
    },
  };
}

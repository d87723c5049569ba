import type { KeyedList } from './keyed-list.ts';
import { createListKeeper } from './list-keeper.ts';
import {
  createTally,
  noShare,
  type RowSummary,
  recount,
  type Share,
  type Tally,
  toRowSummary,
} from './tally.ts';

/** How the rows of one group stand. Frozen; the same object until one of its numbers becomes another. */
export interface GroupSummary extends RowSummary {
  readonly group: string;
}

/** A group that has rows. */
export interface Group {
  readonly name: string;
  readonly number: number;
  readonly tally: Tally;
}

/** Counts rows by group. */
export interface GroupKeeper {
  /**
   * Counts a row out of the group that it was in and into the one that it is in, or otherwise than before. Gives the group
   * that it is in.
   */
  move(from: Group | undefined, before: Share, name: string | undefined, after: Share): Group | undefined;
  /** The groups that have rows, sorted by name: the same object until one changes. */
  toList(): KeyedList<GroupSummary>;
}

/** Makes a keeper of groups. A group comes with its first row and goes with its last. */
export function createGroupKeeper(): GroupKeeper {
  const groups = new Map<string, Group>();
  const list = createListKeeper<GroupSummary>(({ group }) => group);
  /** Groups whose numbers have become others since they were summed up: that is left until somebody looks. */
  const stale = new Set<Group>();

  function groupOf(name: string): Group {
    const known = groups.get(name);
    if (known) return known;
    const group = { name, number: list.add(name), tally: createTally() };
    groups.set(name, group);
    return group;
  }

  function count(group: Group, before: Share, after: Share): void {
    if (recount(group.tally, before, after)) stale.add(group);
    if (group.tally.rows > 0) return;
    groups.delete(group.name);
    stale.delete(group);
    list.drop(group.name);
  }

  return {
    move(from, before, name, after) {
      const to = name === undefined ? undefined : from?.name === name ? from : groupOf(name);
      if (from && from === to) {
        count(from, before, after);
        return to;
      }
      if (from) count(from, before, noShare);
      if (to) count(to, noShare, after);
      return to;
    },
    toList() {
      for (const { name, number, tally } of stale) {
        list.put(number, Object.freeze({ group: name, ...toRowSummary(tally) }), name);
      }
      stale.clear();
      return list.toList();
    },
  };
}

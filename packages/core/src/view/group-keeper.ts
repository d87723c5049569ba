import type { KeyedList } from './keyed-list.ts';
import { createListKeeper } from './list-keeper.ts';
import { createTallies, noShare, type RowSummary, type Share } from './tally.ts';

/** How the rows of one group stand. Frozen; the same object until one of its numbers becomes another. */
export interface GroupSummary extends RowSummary {
  readonly group: string;
}

/** Names a group as long as it has rows. */
export type GroupNumber = number;

/** Counts rows by group. */
export interface GroupKeeper {
  /**
   * Counts a row out of the group that it was in and into the one that it is in, or otherwise than before. Gives the group
   * that it is in.
   */
  move(
    from: GroupNumber | undefined,
    before: Share,
    name: string | undefined,
    after: Share,
  ): GroupNumber | undefined;
  /** The groups that have rows, sorted by name: the same object until one changes. */
  toList(): KeyedList<GroupSummary>;
}

/** Makes a keeper of groups. A group comes with its first row and goes with its last. */
export function createGroupKeeper(): GroupKeeper {
  const names: string[] = [];
  const list = createListKeeper<GroupSummary>(({ group }) => group);
  const tallies = createTallies();
  /** Groups whose numbers have become others since they were summed up: that is left until somebody looks. */
  const stale = new Set<GroupNumber>();

  function groupOf(name: string): GroupNumber {
    const group = list.numberOf(name) ?? list.add(name);
    names[group] = name;
    return group;
  }

  function count(group: GroupNumber, before: Share, after: Share): void {
    if (tallies.recount(group, before, after)) stale.add(group);
    if (tallies.rowsOf(group) > 0) return;
    stale.delete(group);
    list.drop(names[group] ?? '');
  }

  return {
    move(from, before, name, after) {
      if (from !== undefined && names[from] === name) {
        count(from, before, after);
        return from;
      }
      const to = name === undefined ? undefined : groupOf(name);
      if (from !== undefined) count(from, before, noShare);
      if (to !== undefined) count(to, noShare, after);
      return to;
    },
    toList() {
      for (const number of stale) {
        const group = names[number] ?? '';
        list.put(number, Object.freeze({ group, ...tallies.toSummary(number) }), group);
      }
      stale.clear();
      return list.toList();
    },
  };
}

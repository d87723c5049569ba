import { expect, test } from 'vitest';
import { createScriptedAdapter } from '../../../../test/support/scripted-adapter.ts';
import { createAgenda } from '../../src/engine/agenda.ts';
import { createIdLists } from '../../src/engine/id-lists.ts';
import { enqueue, type Source, withdraw } from '../../src/engine/lane-queue.ts';
import { createPlanner } from '../../src/engine/planner.ts';
import { createSourceTable } from '../../src/engine/source-table.ts';

test('groups that come and go while nothing of their lane is read leave no turn behind', () => {
  const adapter = createScriptedAdapter({ script: {} });
  const lists = createIdLists();
  const sources = createSourceTable(createPlanner(createAgenda(), lists), () =>
    createPlanner(createAgenda(), lists),
  );
  const come = (group: string, id: number): Source => {
    const source = sources.toSource(adapter, 'lane', group, 0);
    source.rows += 1;
    enqueue(lists, source, id, false);
    return source;
  };
  const go = (source: Source, id: number) => {
    withdraw(lists, source, id, false);
    sources.release(source);
  };
  const came = Array.from({ length: 10 }, (_, id) => come(`group ${id}`, id));
  for (const id of [0, 4, 5, 9]) go(came[id] as Source, id);
  const again = come('group 4', 4);
  const groups: (string | undefined)[] = [];
  const [lane] = sources.lanes();
  for (let source = lane?.firstTurn; source !== undefined; source = source.next) groups.push(source.group);
  expect(groups).toEqual([1, 2, 3, 6, 7, 8, 4].map((id) => `group ${id}`));
  expect(lane?.lastTurn).toBe(again);
  for (const id of [1, 2, 3, 6, 7, 8]) go(came[id] as Source, id);
  go(again, 4);
  expect([lane?.firstTurn, lane?.lastTurn]).toEqual([undefined, undefined]);
});

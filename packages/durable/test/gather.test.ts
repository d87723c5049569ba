import { describe, expect, it } from 'vitest';
import { DatabaseError } from '../src/database/database-error.ts';
import { gather } from '../src/database/gather.ts';

describe('calls that are gathered', () => {
  it('go out together while another one is out, as many as fit', async () => {
    const batches: (readonly number[])[] = [];
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const double = gather<number, number>({
      async work(items) {
        batches.push(items);
        await gates[batches.length - 1]?.promise;
        return items.map((item) => item * 2);
      },
      weigh: (item) => item,
      most: 10,
      waitMs: 0,
    });
    const first = double(1);
    await Promise.resolve();
    await Promise.resolve();
    const others = [4, 5, 6, 7].map((item) => double(item));
    expect(batches).toEqual([[1]]);
    gates[0]?.resolve();
    expect(await first).toBe(2);
    gates[1]?.resolve();
    expect(await Promise.all(others)).toEqual([8, 10, 12, 14]);
    expect(batches).toEqual([[1], [4, 5, 6], [7]]);
  });

  it('fail alone for what they have brought, and together where the database is gone', async () => {
    let asked = 0;
    const call = gather<string, string>({
      async work(items) {
        asked += 1;
        if (items.includes('gone'))
          throw new DatabaseError({ code: 'database_unreachable', message: 'gone' });
        if (items.includes('bad')) throw new Error('bad');
        return items;
      },
      weigh: () => 1,
      most: 10,
      waitMs: 0,
    });
    const outcomes = await Promise.allSettled(['a', 'bad', 'c'].map(call));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(asked).toBe(4);
    const gone = await Promise.allSettled(['a', 'gone', 'c'].map(call));
    expect(gone.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(asked).toBe(5);
  });
});

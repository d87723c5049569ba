import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFileStore } from '../../src/store/file-store.ts';
import { createMemoryStore } from '../../src/store/memory-store.ts';
import type { Store } from '../../src/store/store.ts';
import { timeAt, toExport, toForgottenEntry, toRowEntry } from './sample-entries.ts';
import { useTemporaryFolder } from './temporary-folder.ts';

const newPath = useTemporaryFolder();

function keysOf(stored: Awaited<ReturnType<Store['load']>>): readonly string[] | undefined {
  return stored?.rows.map(({ key }) => key);
}

describe.each([
  ['memory', () => ({ ...createMemoryStore(), close: async () => undefined })],
  ['a file', () => createFileStore({ path: newPath() })],
])('a store in %s', (_, createStore) => {
  it('gives nothing before anything was stored', async () => {
    const store = createStore();
    expect(await store.load()).toBeUndefined();
    expect(await store.load()).toBeUndefined();
    await store.close();
  });

  it('gives back a snapshot as it was saved, also an empty one', async () => {
    const store = createStore();
    await store.save(toExport(['acme/a', 'acme/b']));
    expect(await store.load()).toEqual(toExport(['acme/a', 'acme/b']));
    await store.save(toExport([]));
    expect(await store.load()).toEqual(toExport([]));
    await store.close();
  });

  it('puts what was appended on top of what was saved: the last row of a key counts, in the place of its first', async () => {
    const store = createStore();
    await store.save(toExport(['acme/a', 'acme/b', 'acme/c']));
    await store.append(toRowEntry('acme/d', 1));
    await store.append(toRowEntry('acme/b', 2, 'succeeded'));
    await store.append(toForgottenEntry('acme/c', 3));
    const { lanes } = toExport([]);
    expect(await store.load()).toEqual({
      ...toExport(['acme/a']),
      exportedAt: timeAt(3),
      lanes,
      rows: [toRowEntry('acme/a', 0).row, toRowEntry('acme/b', 2).row, toRowEntry('acme/d', 1).row],
    });
    await store.close();
  });

  it('puts a key that comes back after it was forgotten at the end', async () => {
    const store = createStore();
    await store.append(toRowEntry('acme/a', 1));
    await store.append(toRowEntry('acme/b', 2));
    await store.append(toForgottenEntry('acme/a', 3));
    await store.append(toRowEntry('acme/a', 4));
    expect(await store.load()).toEqual({
      ...toExport([]),
      exportedAt: timeAt(4),
      lanes: [],
      rows: [toRowEntry('acme/b', 2).row, toRowEntry('acme/a', 4).row],
    });
    await store.close();
  });

  it('keeps the order of calls that nobody waited for', async () => {
    const store = createStore();
    const calls = [
      store.append(toRowEntry('acme/before', 1)),
      store.save(toExport(['acme/saved'])),
      store.append(toRowEntry('acme/after', 2)),
      store.append(toForgottenEntry('acme/saved', 3)),
      store.append(toRowEntry('acme/last', 4)),
    ];
    const loaded = store.load();
    expect(keysOf(await loaded)).toEqual(['acme/after', 'acme/last']);
    await Promise.all(calls);
    await store.close();
  });

  it('lets the last of several saves win, with what was appended after it', async () => {
    const store = createStore();
    await Promise.all([
      store.append(toRowEntry('acme/a', 1)),
      store.save(toExport(['acme/b'])),
      store.append(toRowEntry('acme/c', 1)),
      store.save(toExport(['acme/d'])),
      store.append(toRowEntry('acme/e', 1)),
    ]);
    expect(keysOf(await store.load())).toEqual(['acme/d', 'acme/e']);
    await store.close();
  });

  it('takes and gives copies', async () => {
    const store = createStore();
    const ref = { id: 'one' };
    const sample = toRowEntry('acme/a', 1);
    const appended = store.append({ ...sample, row: { ...sample.row, ref } });
    ref.id = 'two';
    await appended;
    const loaded = await store.load();
    expect(loaded?.rows).toEqual([{ ...sample.row, ref: { id: 'one' } }]);
    Object.assign(loaded?.rows[0] ?? {}, { key: 'changed' });
    expect(keysOf(await store.load())).toEqual(['acme/a']);
    await store.close();
  });

  it('keeps what JSON keeps: words of any language, odd keys, no undefined', async () => {
    const store = createStore();
    const row = JSON.parse(
      '{"key":"__proto__","__proto__":{"a":1},"text":"Grüße\\n\\u2028 \\ud83d\\ude80 \\ud800"}',
    );
    await store.append({ ...toRowEntry('', 1), row: { ...row, ref: undefined } });
    const stored = await store.load();
    expect(JSON.stringify(stored?.rows)).toBe(JSON.stringify([{ ...row }]));
    expect(Object.keys(stored?.rows[0] ?? {})).not.toContain('ref');
    await store.close();
  });

  it('rejects what is no JSON, and goes on', async () => {
    const store = createStore();
    const circular: { self?: unknown } = {};
    circular.self = circular;
    const kept = store.append(toRowEntry('acme/a', 1));
    await expect(
      store.append({ ...toRowEntry('acme/x', 2), row: { ...toRowEntry('acme/x', 2).row, ref: circular } }),
    ).rejects.toThrow(TypeError);
    await kept;
    await expect(
      store.save({ ...toExport(['acme/b']), rows: [{ ...toRowEntry('acme/x', 2).row, ref: circular }] }),
    ).rejects.toThrow(TypeError);
    await store.append(toRowEntry('acme/c', 3));
    expect(keysOf(await store.load())).toEqual(['acme/a', 'acme/c']);
    await store.close();
  });
});

describe('any two stores', () => {
  const key = fc.constantFrom('acme/a', 'acme/b', 'acme/c', '__proto__', 'acme/ü');
  const second = fc.nat(1000);
  const act = fc.oneof(
    { weight: 4, arbitrary: fc.record({ act: fc.constant('row' as const), key, second }) },
    { weight: 2, arbitrary: fc.record({ act: fc.constant('forgotten' as const), key, second }) },
    {
      weight: 1,
      arbitrary: fc.record({ act: fc.constant('save' as const), keys: fc.uniqueArray(key), second }),
    },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('wait' as const) }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('reopen' as const) }) },
  );

  it('hold the same after the same calls, whichever of them were waited for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 30 }), async (acts) => {
        const file = newPath();
        const memory = createMemoryStore();
        let store = createFileStore({ path: file });
        let calls: Promise<void>[] = [];
        for (const step of acts) {
          if (step.act === 'wait') {
            await Promise.all(calls);
            calls = [];
          } else if (step.act === 'reopen') {
            await store.close();
            store = createFileStore({ path: file });
          } else {
            for (const target of [memory, store]) {
              calls.push(
                step.act === 'save'
                  ? target.save(toExport(step.keys, step.second))
                  : target.append(
                      step.act === 'row'
                        ? toRowEntry(step.key, step.second)
                        : toForgottenEntry(step.key, step.second),
                    ),
              );
            }
          }
        }
        await Promise.all(calls);
        const expected = await memory.load();
        expect(await store.load()).toEqual(expected);
        await store.close();
        const again = createFileStore({ path: file });
        expect(await again.load()).toEqual(expected);
        await again.close();
      }),
      { numRuns: 150 },
    );
  });
});

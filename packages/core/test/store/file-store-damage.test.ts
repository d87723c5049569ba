import { readFile, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { refusalOf } from '../../../../test/support/refusal.ts';
import { createFileStore, type StoreEntry, type StoreError } from '../../src/store/file-store.ts';
import { createMemoryStore } from '../../src/store/memory-store.ts';
import { toExport, toForgottenEntry, toRowEntry } from './sample-entries.ts';
import { useTemporaryFolder } from './temporary-folder.ts';

const newPath = useTemporaryFolder();
const saved = toExport(['acme/saved', 'acme/ünïcode']);
const entries: readonly StoreEntry[] = [
  toRowEntry('acme/a', 1),
  toRowEntry('acme/b', 2),
  toForgottenEntry('acme/a', 3),
  toRowEntry('acme/saved', 4, 'succeeded'),
];

/** A file with a header, a snapshot and some entries, as its store wrote it. */
async function writeSample(): Promise<Buffer> {
  const file = newPath();
  const store = createFileStore({ path: file });
  await store.save(saved);
  for (const entry of entries) await store.append(entry);
  await store.close();
  return readFile(file);
}

const sample = await writeSample();
const headLines = 2;
const linesBeforeEntries = headLines + saved.rows.length;

/** One file for all of them, because a folder of thousands is slow to look through. */
const file = newPath();

/** What is found when only so many lines of the sample are whole. */
async function loadLines(lines: number) {
  const memory = createMemoryStore();
  if (lines < headLines) return undefined;
  await memory.save({ ...saved, rows: saved.rows.slice(0, lines - headLines) });
  for (const entry of entries.slice(0, Math.max(0, lines - linesBeforeEntries))) await memory.append(entry);
  return memory.load();
}

async function loadBytes(bytes: Uint8Array) {
  await writeFile(file, bytes);
  await using store = createFileStore({ path: file });
  return store.load();
}

const anyCut = fc.oneof(
  fc.nat(sample.length),
  fc.integer({ min: sample.length - 20, max: sample.length }),
  fc.nat(70),
);

test('a file that was cut off at any byte gives the whole lines before the cut, and is not changed by a look', async () => {
  await fc.assert(
    fc.asyncProperty(anyCut, async (length) => {
      const start = sample.subarray(0, length);
      expect(await loadBytes(start)).toEqual(await loadLines(countWholeLines(length)));
      expect(await readFile(file)).toEqual(Buffer.from(start));
    }),
    { numRuns: 300 },
  );
});

test('a file that was cut off goes on where its whole lines end', async () => {
  await fc.assert(
    fc.asyncProperty(anyCut, async (length) => {
      await writeFile(file, sample.subarray(0, length));
      const store = createFileStore({ path: file });
      await store.append(toRowEntry('acme/next', 9));
      await store.append(toRowEntry('acme/last', 10));
      await store.close();
      await using again = createFileStore({ path: file });
      const known = await loadLines(countWholeLines(length));
      const added = [toRowEntry('acme/next', 9).row, toRowEntry('acme/last', 10).row];
      expect((await again.load())?.rows).toEqual([...(known?.rows ?? []), ...added]);
    }),
    { numRuns: 150 },
  );
});

/** How many lines are whole; one that lacks nothing but its line feed is. */
function countWholeLines(length: number): number {
  return sample.toString('latin1', 0, length + 1).split('\n').length - 1;
}

async function expectDamageReported(position: number, byte: number) {
  if (sample[position] === byte) return;
  const bytes = Buffer.from(sample);
  bytes[position] = byte;
  await writeFile(file, bytes);
  await using store = createFileStore({ path: file });
  const line = sample.toString('latin1', 0, position).split('\n').length;
  const calls = [
    () => store.load(),
    () => store.append(toRowEntry('acme/next', 9)),
    () => store.save(toExport([])),
  ];
  for (const call of calls) {
    const refusal = await refusalOf(call);
    // A header without its own name in it is a stranger's.
    if (line > 1) expect(refusal).toMatchObject({ code: 'store_damaged', file, line });
    else expect((refusal as StoreError).code).toMatch(/^store_(?:damaged|unsupported)$/);
  }
  expect(await readFile(file)).toEqual(bytes);
}

test('a damaged byte anywhere is reported with its line, and the file is left as it is', async () => {
  const ends = [...sample.keys()].filter((index) => sample[index] === 0x0a);
  const position = fc.oneof(fc.nat(sample.length - 1), fc.constantFrom(...ends));
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(0, 0x0a, 0x20));
  await fc.assert(fc.asyncProperty(position, byte, expectDamageReported), { numRuns: 300 });
});

test('a damaged line can be taken out by hand, and the others are found', async () => {
  const lines = sample.toString().split('\n');
  const without = lines.filter((_, index) => index !== linesBeforeEntries + 1).join('\n');
  const stored = await loadBytes(Buffer.from(without.trimEnd()));
  expect(stored?.rows.map(({ key }) => key)).toEqual(['acme/saved', 'acme/ünïcode']);
});

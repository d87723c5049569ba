import { createFileStore } from '../../src/store/file-store.ts';
import { toNumberedEntry } from './numbered-entries.ts';
import { toExport } from './sample-entries.ts';

/**
 * A process that appends numbered entries to a file until it is killed, some at a time, and says each number once it is
 * acknowledged. Told to, it saves what it has whenever it has got a few further, and says `saving` as it begins.
 */
const [path = '', mode = ''] = process.argv.slice(2);
const store = createFileStore({ path });
const known = (await store.load())?.rows ?? [];
const rows = [...known];
let isSaving = false;

async function save(): Promise<void> {
  isSaving = true;
  process.stdout.write('saving\n');
  await store.save({ ...toExport([]), rows: [...rows] });
  process.stdout.write('saved\n');
  isSaving = false;
}

async function appendOnAndOn(): Promise<never> {
  for (;;) {
    const number = rows.length;
    const entry = toNumberedEntry(number);
    rows.push(entry.row);
    await store.append(entry);
    process.stdout.write(`${number}\n`);
    if (mode === 'save' && !isSaving && number % 8 === 0) save();
  }
}

await Promise.all(Array.from({ length: 5 }, appendOnAndOn));

import type { Store } from './store.ts';
import { createFold, type StoredRecord, toRecords } from './stored-record.ts';

/**
 * A store that lasts as long as the process: for tests, and to hand a tracker's rows on to another tracker. It keeps what
 * a file would keep, so what `JSON.stringify` drops is dropped here too, and it hands out copies.
 *
 * @example
 * const store = createMemoryStore();
 * await store.append({ type: 'forgotten', at: new Date().toISOString(), key: 'velt/org_1/mig_7' });
 * (await store.load())?.rows; // []
 */
export function createMemoryStore(): Store {
  let fold = createFold();

  return {
    async load() {
      return structuredClone(fold.result());
    },
    async save(snapshot) {
      const next = createFold();
      for (const record of toRecords(snapshot)) next.add(copy(record));
      fold = next;
    },
    async append(entry) {
      fold.add(copy(entry));
    },
  };
}

function copy(record: StoredRecord): StoredRecord {
  return JSON.parse(JSON.stringify(record));
}

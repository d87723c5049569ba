import type { RowSource } from '@migration-status/core';

/** Of all rows of a source those of some keys, as if there were no others. */
export function onlyKeys(source: RowSource, keys: ReadonlySet<string>): RowSource {
  return {
    rows: () => source.rows().filter(({ key }) => keys.has(key)),
    on: (name, listener) =>
      source.on(name, (event) => {
        if (keys.has(event.row.key)) listener(event);
      }),
  };
}

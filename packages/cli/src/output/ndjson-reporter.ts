import { describeSummary, type MigrationRow, type RowJson, toRowJson } from '@migration-status/core';
import { toJsonText } from '../render/to-json-text.ts';
import type { Surroundings } from '../surroundings.ts';
import {
  describeAnomaly,
  describeChange,
  describeConditionChange,
  describeRowJson,
  type NdjsonLine,
  ndjsonSchema,
  toNumbers,
} from './ndjson-lines.ts';
import { heartbeatMs, type Reporter } from './reporter.ts';

/** One event a line, as JSON: for programs. */
export function createNdjsonReporter(
  { stdout }: Pick<Surroundings, 'stdout'>,
  { native = false }: { readonly native?: boolean | undefined } = {},
): Reporter {
  const stops: (() => void)[] = [];
  let hasStarted = false;
  const toJson = (row: MigrationRow): RowJson => toRowJson(row, { native });

  function tell(line: DistributiveOmit<NdjsonLine, 'at'>): void {
    const { type, message, ...said } = line;
    stdout.write(`${toJsonText({ type, ...said, at: new Date().toISOString(), message })}\n`);
  }

  function tellRow(row: RowJson): void {
    tell({ type: 'row', row, message: describeRowJson(row) });
  }

  tell({ type: 'version', schema: ndjsonSchema, message: `migration-status, schema ${ndjsonSchema}` });

  return {
    start({ tracker, view }) {
      hasStarted = true;
      const heartbeat = setInterval(() => {
        const summary = toNumbers(view.getSnapshot());
        tell({ type: 'summary', summary, message: describeSummary(summary) });
      }, heartbeatMs);
      stops.push(
        tracker.on('tracked', ({ row }) => tellRow(toJson(row))),
        tracker.on('change', ({ row: changed, transition }) => {
          const row = toJson(changed);
          tell({
            type: 'change',
            row,
            ...(transition && { transition }),
            message: describeChange(row, transition),
          });
        }),
        tracker.on('condition', ({ row: changed, condition, isActive }) => {
          const row = toJson(changed);
          const message = describeConditionChange(row, condition, isActive);
          tell({ type: 'condition', row, condition, isActive, message });
        }),
        tracker.on('settled', ({ row: settled }) => {
          const row = toJson(settled);
          tell({ type: 'settled', row, message: `${describeRowJson(row)}, and not read again` });
        }),
        tracker.on('anomaly', ({ row: odd, kind, message }) => {
          const row = toJson(odd);
          tell({ type: 'anomaly', row, kind, message: describeAnomaly(row, message) });
        }),
        () => clearInterval(heartbeat),
      );
    },
    note(message) {
      tell({ type: 'note', message });
    },
    finish({ snapshot, exitCode }) {
      for (const stop of stops.splice(0)) stop();
      if (!hasStarted) for (const row of snapshot.rows) tellRow(toJson(row));
      const summary = toNumbers(snapshot);
      tell({ type: 'result', exitCode, summary, message: describeSummary(summary) });
    },
  };
}

/** `Omit` would make one type of the union. */
type DistributiveOmit<Line, Name extends PropertyKey> = Line extends unknown ? Omit<Line, Name> : never;

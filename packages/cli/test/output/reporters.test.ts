import { createStatusView, createTracker, type TrackLabels } from '@migration-status/core';
import stringWidth from 'string-width';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createManualClock } from '../../../../test/support/manual-clock.ts';
import {
  createScriptedAdapter,
  type ScriptedAnswer,
  toFailure,
  toReading,
} from '../../../../test/support/scripted-adapter.ts';
import { createJsonReporter } from '../../src/output/json-reporter.ts';
import { createLiveReporter } from '../../src/output/live-reporter.ts';
import { createNdjsonReporter } from '../../src/output/ndjson-reporter.ts';
import { createPlainReporter } from '../../src/output/plain-reporter.ts';
import { createQuietReporter } from '../../src/output/quiet-reporter.ts';
import type { Reporter } from '../../src/output/reporter.ts';
import { createTableReporter } from '../../src/output/table-reporter.ts';
import { createTextStream } from '../support/run-in-process.ts';
import { createRead, sampleRows, toSnapshot } from '../support/sample-rows.ts';

const plain = { isColored: false, isUnicode: true };
const startedAt = Date.UTC(2026, 0, 1);
/** What a live table needs of the process around it. */
const around = { environment: {}, atExit: () => () => {}, atSuspension: () => () => {} };

/** Lets migrations go through their answers while a reporter tells of them, at the pace of a tracker. */
async function follow(
  reporter: Reporter,
  script: Readonly<Record<string, readonly ScriptedAnswer[]>>,
  labels?: TrackLabels,
) {
  const clock = createManualClock();
  const adapter = createScriptedAdapter({ script });
  const tracker = createTracker({ adapters: [adapter], clock, random: () => 0 });
  const view = createStatusView(tracker);
  reporter.start({ tracker, view });
  for (const id of Object.keys(script)) tracker.track(adapter, { id }, labels);
  return {
    async pass(durationMs: number) {
      for (let passed = 0; passed < durationMs; passed += 1_000) {
        await clock.advance(1_000);
        vi.advanceTimersByTime(1_000);
      }
    },
    async finish(exitCode = 0) {
      reporter.finish({ snapshot: view.getSnapshot(), exitCode, historyOf: view.getHistory });
      await tracker.close();
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  vi.setSystemTime(startedAt);
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe('lines', () => {
  it('are written when something changes, and not when it stays', async () => {
    const [stdout, stderr] = [createTextStream(), createTextStream()];
    const { pass, finish } = await follow(createPlainReporter({ stdout, stderr }, plain), {
      a: [toReading('running'), toReading('running'), toReading('failed')],
    });
    await pass(20_000);
    await finish();
    const lines = stdout.text().replace(/^\S+Z /gm, '');
    expect(lines).toMatch(/^acme\/a running.*\nacme\/a running → failed: .*\n1 of 1 done, 1 failed\n$/);
  });

  it('are not written for every step of the way', async () => {
    const [stdout, stderr] = [createTextStream(), createTextStream()];
    const { pass, finish } = await follow(createPlainReporter({ stdout, stderr }, plain), {
      a: [41, 43, 49, 52].map((percent) => toReading('running', { progress: { percent } })),
    });
    await pass(60_000);
    await finish();
    expect(stdout.text().match(/\d+%/g)).toEqual(['41%', '52%']);
  });

  it('are joined by a sign of life every half a minute, beside the data', async () => {
    const [stdout, stderr] = [createTextStream(), createTextStream()];
    const { pass, finish } = await follow(createPlainReporter({ stdout, stderr }, plain), {
      a: [toReading('running')],
    });
    await pass(95_000);
    expect(stderr.text()).toBe(
      ['00:00:30Z', '00:01:00Z', '00:01:30Z'].map((at) => `${at} 0 of 1 done, 1 running\n`).join(''),
    );
    await finish();
  });

  it('are one per row for a single look', () => {
    const [stdout, stderr] = [createTextStream(), createTextStream()];
    const snapshot = toSnapshot([createRead('acme/1', {}), createRead('acme/2', { state: 'succeeded' })]);
    createPlainReporter({ stdout, stderr }, plain).finish({ snapshot, exitCode: 0 });
    expect(stdout.text()).toBe(
      '00:00:00Z acme/1 running\n00:00:00Z acme/2 succeeded\n00:00:00Z 1 of 2 done, 1 running\n',
    );
  });
});

describe('JSON lines', () => {
  const parse = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  it('begin with the version, have type, time and message each, and end with the result', async () => {
    const stdout = createTextStream();
    const { pass, finish } = await follow(createNdjsonReporter({ stdout }), {
      a: [toReading('running'), toFailure('transient'), toReading('succeeded')],
    });
    await pass(40_000);
    await finish(0);
    expect(stdout.text()).toMatch(/^\{"type":"version","schema":"1\.0",/);
    const lines = parse(stdout.text());
    expect(lines.map(({ type }) => type)).toEqual([
      'version',
      'row',
      'change',
      'condition',
      'condition',
      'change',
      'settled',
      'summary',
      'result',
    ]);
    for (const line of lines) {
      expect(line).toEqual(
        expect.objectContaining({ type: expect.any(String), message: expect.any(String) }),
      );
      expect(new Date(line.at).toISOString()).toBe(line.at);
    }
    expect(lines[2]).toMatchObject({ row: { key: 'acme/a', conditions: [] }, transition: { to: 'running' } });
    expect(lines[3]).toMatchObject({
      isActive: true,
      condition: { kind: 'unreachable' },
      row: { status: { state: 'running' } },
    });
    expect(lines[4]).toMatchObject({ isActive: false, message: 'acme/a no longer unreachable' });
    expect(lines[5]).toMatchObject({
      transition: { from: 'running', to: 'succeeded' },
      message: 'acme/a running -> succeeded',
    });
    expect(lines.at(-1)).toMatchObject({ type: 'result', exitCode: 0, summary: { total: 1, done: 1 } });
  });

  it('call a migration by its name in sentences, and have key and name as fields', async () => {
    const stdout = createTextStream();
    const answers = [
      toReading('running'),
      new Error('no\u0007answer'),
      toReading('unknown', { nativeState: 'odd\u009b2J' }),
      toReading('succeeded'),
    ];
    const name = 'the\u001bhandbook';
    const { pass, finish } = await follow(createNdjsonReporter({ stdout }), { a: answers }, { name });
    await pass(90_000);
    await finish();
    const lines = parse(stdout.text()).filter(({ row }) => row !== undefined);
    expect(lines.map(({ message }) => message)).toEqual([
      'acme/the handbook not read yet',
      'acme/the handbook running',
      'acme/the handbook unreachable: no answer',
      'acme/the handbook no longer unreachable',
      'acme/the handbook running -> unknown',
      expect.stringMatching(/^acme\/the handbook: /),
      'acme/the handbook unknown -> succeeded',
      'acme/the handbook succeeded, and not read again',
    ]);
    for (const { row } of lines) expect(row).toMatchObject({ key: 'acme/a', name });
    expect(stdout.text().replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('are one per row for a single look, without what the provider said unless it is asked for', () => {
    const snapshot = toSnapshot([createRead('acme/1', { native: { email: 'ann@example.com' } })]);
    const write = (native: boolean) => {
      const stdout = createTextStream();
      createNdjsonReporter({ stdout }, { native }).finish({ snapshot, exitCode: 8 });
      return parse(stdout.text());
    };
    expect(write(false).map(({ type }) => type)).toEqual(['version', 'row', 'result']);
    expect(write(false)[1].row.status.native).toBeNull();
    expect(write(true)[1].row.status.native).toEqual({ email: 'ann@example.com' });
  });

  it('hold notes for people too', () => {
    const stdout = createTextStream();
    createNdjsonReporter({ stdout }).note('Interrupted');
    expect(parse(stdout.text())[1]).toMatchObject({ type: 'note', message: 'Interrupted' });
  });
});

describe('a live table', () => {
  const terminal = () => createTextStream({ isTTY: true, columns: 80, rows: 24 });
  const frames = (text: string) => text.split('\u001b[?2026h').slice(1);

  it('is drawn ten times a second at most, however much happens', async () => {
    const [stdout, stderr] = [terminal(), terminal()];
    const listeners = new Set<() => void>();
    let count = 0;
    const view = {
      getSnapshot() {
        count += 1;
        return toSnapshot([createRead('acme/1', { progress: { completed: count } })]);
      },
      getHistory: () => undefined,
      subscribe(listener: () => void) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      close() {},
      [Symbol.dispose]() {},
    };
    const reporter = createLiveReporter({ stdout, stderr, ...around }, plain);
    reporter.start({ tracker: { on: () => () => {} }, view });
    for (let tick = 0; tick < 1_000; tick += 1) {
      for (const listener of listeners) listener();
      vi.advanceTimersByTime(1);
    }
    const drawn = frames(stdout.text()).length;
    expect(drawn).toBeGreaterThan(5);
    expect(drawn).toBeLessThanOrEqual(10);
    reporter.finish({ snapshot: view.getSnapshot(), exitCode: 0 });
  });

  it('goes on counting seconds where nothing changes', async () => {
    const [stdout, stderr] = [terminal(), terminal()];
    const reporter = createLiveReporter({ stdout, stderr, ...around }, plain);
    const { pass, finish } = await follow(reporter, { a: [toReading('running')] });
    await pass(4_000);
    expect(frames(stdout.text()).at(-1)).toMatch(/acme +a +running .*[23]s/);
    await finish();
  });

  it('takes itself away for a note, and comes back below it', async () => {
    const [stdout, stderr] = [terminal(), terminal()];
    const reporter = createLiveReporter({ stdout, stderr, ...around }, plain);
    const { pass, finish } = await follow(reporter, { a: [toReading('running')] });
    await pass(1_000);
    reporter.note('Interrupted');
    expect(stderr.text()).toBe('Interrupted\n');
    expect(frames(stdout.text()).at(-1)).toMatch(/acme +a +running/);
    await finish();
    const remains = stdout.text().split('\u001b[?25h').at(-1);
    expect(remains).toMatch(/^ {3}PROVIDER .*\n● {2}acme .*\n0 of 1 done, 1 running\n$/);
  });

  it('gives the cursor back on every way out', () => {
    const [stdout, stderr] = [terminal(), terminal()];
    const exits: (() => void)[] = [];
    const atExit = (run: () => void) => {
      exits.push(run);
      return () => exits.splice(0);
    };
    const reporter = createLiveReporter({ stdout, stderr, ...around, atExit }, plain);
    const view = createStatusView({ rows: () => [], on: () => () => {} });
    reporter.start({ tracker: { on: () => () => {} }, view });
    expect(exits).toHaveLength(1);
    exits[0]?.();
    expect(stdout.text().endsWith('\u001b[?25h')).toBe(true);
    reporter.finish({ snapshot: view.getSnapshot(), exitCode: 0 });
    expect(exits).toHaveLength(0);
  });
});

describe('the other modes', () => {
  const snapshot = toSnapshot([createRead('acme/1', { state: 'failed', message: 'disk full' })]);

  it('are one table, as wide as it has to be where there is no terminal', () => {
    const [stdout, stderr] = [createTextStream(), createTextStream()];
    const reporter = createTableReporter({ stdout, stderr, environment: {} }, plain);
    reporter.note('note');
    reporter.finish({ snapshot, exitCode: 1 });
    expect(stdout.text()).toBe(
      '   PROVIDER  MIGRATION  STATE   DETAIL\n✖  acme      1          failed  disk full\n1 of 1 done, 1 failed\n',
    );
    expect(stderr.text()).toBe('note\n');
  });

  it('are a table as wide as COLUMNS says where there is no terminal, and as the terminal where there is one', () => {
    const widthOf = (columns: string, size = {}) => {
      const stdout = createTextStream(size);
      const stderr = createTextStream();
      const reporter = createTableReporter({ stdout, stderr, environment: { COLUMNS: columns } }, plain);
      reporter.finish({ snapshot: toSnapshot(sampleRows), exitCode: 0 });
      const lines = stdout.text().trimEnd().split('\n').slice(0, -1);
      return Math.max(...lines.map((line) => stringWidth(line)));
    };
    expect(widthOf('40')).toBeLessThanOrEqual(40);
    expect(widthOf('80')).toBeLessThanOrEqual(80);
    expect(widthOf('80')).toBeGreaterThan(60);
    expect(widthOf('')).toBeGreaterThan(120);
    expect(widthOf('100', { isTTY: true, columns: 50 })).toBeLessThanOrEqual(50);
  });

  it('are one document of JSON', () => {
    const [stdout, stderr] = [createTextStream(), createTextStream()];
    createJsonReporter({ stdout, stderr }).finish({ snapshot, exitCode: 1 });
    expect(JSON.parse(stdout.text())).toEqual(JSON.parse(JSON.stringify(snapshot)));
    expect(JSON.parse(stdout.text())).toMatchObject({ format: 'migration-status/snapshot', version: 1 });
  });

  it('are silence, but for why something could not be found out', () => {
    const stderr = createTextStream();
    const reporter = createQuietReporter({ stderr });
    reporter.note('note');
    reporter.finish({ snapshot, exitCode: 1 });
    expect(stderr.text()).toBe('');
    reporter.finish({ snapshot: toSnapshot(sampleRows), exitCode: 3 });
    expect(stderr.text()).toBe('velt/org_1/mig_14 unauthorized: velt refuses the credentials\n');
  });
});

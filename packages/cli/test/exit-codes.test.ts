import { migrationStates } from '@migration-status/core';
import { describe, expect, it } from 'vitest';
import { toExitCode } from '../src/exit-codes.ts';
import { createRead, createRow } from './support/sample-rows.ts';

const codeOf = (state: (typeof migrationStates)[number], verdict = {}) =>
  toExitCode([createRead('acme/1', { state })], verdict);

describe('the exit code', () => {
  it('tells every state from success', () => {
    expect(Object.fromEntries(migrationStates.map((state) => [state, codeOf(state)]))).toEqual({
      pending: 8,
      running: 8,
      awaiting_input: 8,
      paused: 8,
      succeeded: 0,
      partially_succeeded: 1,
      failed: 1,
      canceled: 1,
      not_found: 1,
      unknown: 8,
    });
  });

  it('is 0 for a part where a part will do, and for what was asked for', () => {
    expect(codeOf('partially_succeeded', { allowPartial: true })).toBe(0);
    expect(codeOf('running', { goal: 'running' })).toBe(0);
    expect(codeOf('failed', { goal: 'failed' })).toBe(0);
  });

  it('takes a success for a state before it, which may have passed unseen, and for no other end', () => {
    expect(codeOf('succeeded', { goal: 'running' })).toBe(0);
    expect(codeOf('succeeded', { goal: 'failed' })).toBe(1);
    expect(codeOf('failed', { goal: 'running' })).toBe(1);
  });

  it('is 3 where it could not be found out', () => {
    expect(toExitCode([createRow('acme/1')])).toBe(3);
    expect(toExitCode([createRead('acme/1', {}, { stopped: 'refused' })])).toBe(3);
  });

  it('is not moved by an outage while the last state is known', () => {
    const conditions = [{ kind: 'unreachable', since: '2026-01-01T00:00:00.000Z', message: '' }] as const;
    expect(toExitCode([createRead('acme/1', { state: 'succeeded' }, { conditions })])).toBe(0);
    expect(toExitCode([createRead('acme/1', {}, { conditions })], { underWay: 0 })).toBe(0);
  });

  it('puts a failure before what is not known, and that before what goes on', () => {
    const [failed, unread, running] = [
      createRead('acme/1', { state: 'failed' }),
      createRow('acme/2'),
      createRead('acme/3', {}),
    ];
    expect(toExitCode([running, unread, failed])).toBe(1);
    expect(toExitCode([running, unread])).toBe(3);
    expect(toExitCode([running])).toBe(8);
    expect(toExitCode([running], { underWay: 0 })).toBe(0);
    expect(toExitCode([])).toBe(0);
  });
});

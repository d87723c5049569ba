import { afterEach, expect, vi } from 'vitest';

const methods = ['debug', 'info', 'log', 'warn', 'error'] as const;
const spies = methods.map((method) => vi.spyOn(console, method));

/** A library that prints is a library that leaks: a test that expects output mocks the method itself. */
afterEach(() => {
  for (const [index, spy] of spies.entries()) {
    const calls = spy.mock.calls.splice(0);
    expect(calls, `unexpected console.${methods[index]}`).toEqual([]);
  }
});

import { afterEach, beforeEach, expect, vi } from 'vitest';

const methods = ['debug', 'info', 'log', 'warn', 'error'] as const;

/** A library that prints is a library that leaks: a test that expects output mocks the method itself. */
beforeEach(() => {
  for (const method of methods) vi.spyOn(console, method);
});

afterEach(() => {
  for (const method of methods) {
    const calls = vi.isMockFunction(console[method]) ? vi.mocked(console[method]).mock.calls.splice(0) : [];
    expect(calls, `unexpected console.${method}`).toEqual([]);
  }
});

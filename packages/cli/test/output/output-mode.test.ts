import { describe, expect, it } from 'vitest';
import { type OutputRequest, toOutputMode } from '../../src/output/output-mode.ts';
import { toStreamLook } from '../../src/output/stream-look.ts';
import { toColumns } from '../../src/output/to-columns.ts';

const terminal: OutputRequest = { environment: { TERM: 'xterm' }, isTerminal: true, isFollowing: true };

describe('the mode of output', () => {
  it('is live where a cursor can be moved, and lines anywhere else', () => {
    expect(toOutputMode(terminal)).toBe('live');
    expect(toOutputMode({ ...terminal, isTerminal: false })).toBe('plain');
    expect(toOutputMode({ ...terminal, environment: { TERM: 'dumb' } })).toBe('plain');
    expect(toOutputMode({ ...terminal, environment: { CI: '1' } })).toBe('plain');
  });

  it('is a table for a single look', () => {
    expect(toOutputMode({ ...terminal, isFollowing: false })).toBe('table');
    expect(toOutputMode({ ...terminal, isFollowing: false, flag: 'live' })).toBe('table');
    expect(toOutputMode({ ...terminal, isFollowing: false, isTerminal: false })).toBe('table');
    expect(toOutputMode({ ...terminal, isFollowing: false, flag: 'plain' })).toBe('plain');
  });

  it('goes by the flag, then by the variable', () => {
    const environment = { MIGRATION_STATUS_OUTPUT: 'json' };
    expect(toOutputMode({ ...terminal, environment })).toBe('json');
    expect(toOutputMode({ ...terminal, environment, flag: 'ndjson' })).toBe('ndjson');
    expect(toOutputMode({ ...terminal, environment, flag: 'auto' })).toBe('live');
    expect(toOutputMode({ ...terminal, environment: { MIGRATION_STATUS_OUTPUT: '' } })).toBe('live');
  });

  it('is live in a build only for who asks for it', () => {
    expect(toOutputMode({ ...terminal, environment: { CI: '1' }, flag: 'live' })).toBe('live');
  });

  it('refuses what cannot be, and names where it was said', () => {
    expect(() => toOutputMode({ ...terminal, isTerminal: false, flag: 'live' })).toThrow(
      '--output cannot be live: the output is no terminal that can move its cursor',
    );
    const environment = { MIGRATION_STATUS_OUTPUT: 'pretty' };
    expect(() => toOutputMode({ ...terminal, environment })).toThrow(
      'MIGRATION_STATUS_OUTPUT must be one of auto, live, table, plain, json, ndjson, quiet, got "pretty"',
    );
  });
});

describe('the look of a stream', () => {
  const look = (environment: Record<string, string>, isTerminal = true, color?: string) =>
    toStreamLook({ environment, isTerminal, color });

  it('has colours on a terminal that knows them', () => {
    expect(look({}).isColored).toBe(true);
    expect(look({}, false).isColored).toBe(false);
    expect(look({ TERM: 'dumb' }).isColored).toBe(false);
  });

  it('goes by NO_COLOR and FORCE_COLOR, and by the flag before either', () => {
    expect(look({ NO_COLOR: '1' }).isColored).toBe(false);
    expect(look({ NO_COLOR: '' }).isColored).toBe(true);
    expect(look({ FORCE_COLOR: '1' }, false).isColored).toBe(true);
    expect(look({ FORCE_COLOR: '0' }).isColored).toBe(false);
    expect(look({ NO_COLOR: '1', FORCE_COLOR: '1' }).isColored).toBe(false);
    expect(look({ NO_COLOR: '1' }, false, 'always').isColored).toBe(true);
    expect(look({ FORCE_COLOR: '1' }, true, 'never').isColored).toBe(false);
    expect(() => look({}, true, 'sometimes')).toThrow('--color must be one of auto, always, never');
  });

  it('makes do with ASCII where the locale or the console knows no more', () => {
    expect(look({}).isUnicode).toBe(true);
    expect(look({ LANG: 'de_DE.UTF-8' }).isUnicode).toBe(true);
    expect(look({ LANG: 'de_DE.UTF-8', LC_ALL: 'C' }).isUnicode).toBe(false);
    expect(look({ LANG: 'de_DE.ISO-8859-1' }).isUnicode).toBe(false);
    expect(look({ TERM: 'linux', LANG: 'de_DE.UTF-8' }).isUnicode).toBe(false);
  });
});

describe('the width', () => {
  const terminal = { isTTY: true, columns: 100 };

  it('is that of the terminal, whatever the environment says', () => {
    expect(toColumns(terminal, { COLUMNS: '40' })).toBe(100);
    expect(toColumns({ isTTY: true, columns: 0 }, { COLUMNS: '40' })).toBe(40);
    expect(toColumns({ isTTY: true }, {})).toBe(80);
  });

  it('is what COLUMNS says in a pipe, and without end where it says nothing', () => {
    expect(toColumns({}, { COLUMNS: '40' })).toBe(40);
    expect(toColumns({}, {})).toBe(Number.POSITIVE_INFINITY);
    for (const nonsense of ['', '0', '-40', '4e1', '40.5', ' 40', 'wide', '0x28']) {
      expect(toColumns({}, { COLUMNS: nonsense })).toBe(Number.POSITIVE_INFINITY);
    }
  });
});

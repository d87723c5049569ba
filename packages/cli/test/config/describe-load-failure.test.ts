import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { mustRun } from '../../../../test/support/run-command.ts';
import { describeLoadFailure } from '../../src/config/describe-load-failure.ts';

it('says of TypeScript where Node cannot read it which one can', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'migration-status-typescript-'));
  try {
    const file = path.join(folder, 'adapter.ts');
    await writeFile(file, 'export const count: number = 1;\n');
    // A Node before 22.18 does by default what this flag asks for.
    const script = `import(${JSON.stringify(pathToFileURL(file).href)}).catch(({ code, message }) => console.log(JSON.stringify({ code, message })))`;
    const said = JSON.parse(await mustRun(process.execPath, ['--no-strip-types', '--eval', script]));
    expect(said.code).toBe('ERR_UNKNOWN_FILE_EXTENSION');
    expect(describeLoadFailure(Object.assign(new Error(said.message), { code: said.code }))).toMatch(
      /^Node \d+\.\d+\.\d+ cannot read TypeScript; take 22\.18 or later, or write it in JavaScript$/,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('leaves any other reason as it is', () => {
  const unknown = Object.assign(new TypeError('Unknown file extension ".coffee" for /a.coffee'), {
    code: 'ERR_UNKNOWN_FILE_EXTENSION',
  });
  expect(describeLoadFailure(unknown)).toBe('Unknown file extension ".coffee" for /a.coffee');
  expect(describeLoadFailure(new Error('it throws'))).toBe('it throws');
  expect(describeLoadFailure('text')).toBe('text');
});

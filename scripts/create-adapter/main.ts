import path from 'node:path';
import { parseArgs } from 'node:util';
import { workspaceRoot } from '../../test/support/workspace.ts';
import { createAdapter, RefusedWishError } from './create-adapter.ts';

const usage = `pnpm create-adapter <name> [--directory <workspace>]

  <name>                    of the provider, in kebab-case: data-mover
  --directory <workspace>   the root of another workspace like this one; default this one
`;

interface Wish {
  readonly name: string;
  readonly workspace: string;
}

function parseWish(): Wish | string {
  try {
    const { values, positionals } = parseArgs({
      args: process.argv.slice(2).filter((argument) => argument !== '--'),
      allowPositionals: true,
      options: {
        directory: { type: 'string', default: workspaceRoot },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return '';
    const [name, ...more] = positionals;
    if (name === undefined || more.length > 0) return 'expected one name\n\n';
    return { name, workspace: path.resolve(values.directory) };
  } catch (error) {
    return `${error instanceof Error ? error.message : error}\n\n`;
  }
}

const wish = parseWish();
if (typeof wish === 'string') {
  process.stderr.write(`${wish}${usage}`);
  process.exit(wish === '' ? 0 : 2);
}

const { name, workspace } = wish;
try {
  const files = await createAdapter(name, workspace);
  process.stdout.write(`${files.join('\n')}\n\n${toNextSteps(name)}`);
} catch (error) {
  if (!(error instanceof RefusedWishError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}

function toNextSteps(name: string): string {
  const steps = [
    ['npx -y pnpm@12 install', 'links it, and writes it into the lockfile'],
    ['npx -y pnpm@12 api', `writes api/${name}.md`],
    [`npx -y pnpm@12 exec vitest run packages/${name}`, 'each test that fails says what to fill in'],
  ] as const;
  const width = Math.max(...steps.map(([command]) => command.length));
  const lines = steps.map(([command, why]) => `  ${command.padEnd(width)}   # ${why}\n`);
  return `packages/${name} is there, for a provider that nobody has. What to do:\n\n${lines.join('')}
What each file is for stands in CONTRIBUTING.md, under "A provider's package".
`;
}

import { ConfigurationError, type StatusSnapshot } from '@migration-status/core';
import { signalExitCodes } from '../exit-codes.ts';
import { followTargets } from '../follow-targets.ts';
import { createReporter, type OutputFlags } from '../output/create-reporter.ts';
import type { CastMember } from '../sandbox/scenario.ts';
import { type Surroundings, toInterruptingSignal } from '../surroundings.ts';
import { whenAborted } from '../when-aborted.ts';

/** The flags of `sandbox`. */
export interface SandboxFlags extends OutputFlags {
  readonly watch?: boolean | undefined;
  readonly seed: string;
  readonly port?: string | undefined;
  readonly speed: string;
}

/** Plays four providers, and follows what goes on there or waits to be interrupted. Gives the exit code. */
export async function sandbox(flags: SandboxFlags, surroundings: Surroundings): Promise<number> {
  const speed = parseNumber('--speed', flags.speed, isSpeed, 'a positive number: 1 takes 20 seconds, 10 two');
  const seed = parseNumber('--seed', flags.seed, Number.isSafeInteger, 'a whole number');
  const port = parseNumber('--port', flags.port ?? '0', isPort, 'a port with room for five more after it');
  const { createSandbox, createScenario } = await loadSandbox();
  await using running = await createSandbox({ seed, timeScale: speed, port });
  const { cast, beginFaults } = await createScenario(running, speed);
  const callOffFaults = beginFaults();
  try {
    return flags.watch ? await follow(cast, speed, flags, surroundings) : await standBy(cast, surroundings);
  } finally {
    callOffFaults();
  }
}

/** The packages of the sandbox and of its providers are loaded by nobody else. */
async function loadSandbox() {
  const [{ createSandbox }, { createScenario }] = await Promise.all([
    import('@migration-status/sandbox'),
    import('../sandbox/scenario.ts'),
  ]);
  return { createSandbox, createScenario };
}

async function follow(
  cast: readonly CastMember[],
  speed: number,
  flags: SandboxFlags,
  surroundings: Surroundings,
): Promise<number> {
  const { stderr, interruption } = surroundings;
  const [{ hasEnded }, { toSandboxPolicy }] = await Promise.all([
    import('../sandbox/scenario.ts'),
    import('../sandbox/sandbox-policy.ts'),
  ]);
  const reporter = createReporter(surroundings, flags, { isFollowing: true });
  const targets = cast.map(({ name, adapter, ref }) => ({ name, adapter, ref }));
  const endOf = new Map(targets.map((target, index) => [target.name, cast[index]?.endsAs ?? 'succeeded']));

  function judge({ rows }: StatusSnapshot): number {
    const surprises = [...rows].filter(({ name = '', status }) => status?.state !== endOf.get(name));
    for (const { name = '' } of surprises) {
      stderr.write(`${name} should have ended as ${endOf.get(name)}\n`);
    }
    return surprises.length === 0 ? 0 : 1;
  }

  return followTargets(
    {
      targets,
      policy: toSandboxPolicy(speed),
      until: (status, { name = '' }) => hasEnded(status, endOf.get(name) ?? 'succeeded'),
      judge,
    },
    { reporter, interruption },
  );
}

/** Until somebody interrupts: the configuration goes where data goes, what to do with it is said beside it. */
async function standBy(cast: readonly CastMember[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr, interruption } = surroundings;
  const { toSandboxConfig } = await import('../sandbox/to-sandbox-config.ts');
  const { config, variables } = toSandboxConfig(cast);
  stdout.write(`${JSON.stringify(config, null, 2)}\n`);
  stderr.write(
    'The sandbox listens until Ctrl-C. With the above as migration-status.config.json, elsewhere:\n\n',
  );
  for (const [name, value] of Object.entries(variables)) stderr.write(`export ${name}='${value}'\n`);
  stderr.write('migration-status watch\n');
  await whenAborted(interruption);
  const signal = toInterruptingSignal(interruption);
  return signal === undefined ? 0 : signalExitCodes[signal];
}

function isSpeed(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}

/** Four providers and three portals: 0 takes whatever is free. */
function isPort(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= 65_530;
}

function parseNumber(
  flag: string,
  text: string,
  isFine: (value: number) => boolean,
  expectation: string,
): number {
  const value = Number(text);
  if (text.trim() !== '' && isFine(value)) return value;
  throw new ConfigurationError({ option: flag, message: `${flag} must be ${expectation}` });
}

import { readFileSync } from 'node:fs';
import { debuglog } from 'node:util';
import { migrationStates } from '@migration-status/core';
import { Argument, Command, CommanderError, Option } from 'commander';
import type { CancelFlags } from './commands/cancel.ts';
import type { CheckFlags } from './commands/check.ts';
import type { DbFlags } from './commands/db.ts';
import type { GetFlags } from './commands/get.ts';
import type { ListFlags } from './commands/list.ts';
import type { SandboxFlags } from './commands/sandbox.ts';
import type { ServeFlags } from './commands/serve.ts';
import type { StartFlags } from './commands/start.ts';
import type { StatesFlags } from './commands/states.ts';
import type { TrackFlags } from './commands/track.ts';
import type { WatchFlags } from './commands/watch.ts';
import type { WorkerFlags } from './commands/worker.ts';
import { type CompletionShell, completionShells } from './completion/shells.ts';
import { type DatabaseAction, databaseActions } from './database/database-actions.ts';
import { describeError } from './describe-error.ts';
import { exitCodes } from './exit-codes.ts';
import { colorWords } from './output/stream-look.ts';
import { collect, exitCodeHelp, withOutput, withSource } from './program-flags.ts';
import { toPlainText } from './render/plain-text.ts';
import type { Surroundings } from './surroundings.ts';
import { logWords } from './worker/log-words.ts';

/** Says with `NODE_DEBUG=migration-status` where in the code an error happened, which nobody but its mender wants to read. */
const debug = debuglog('migration-status');

/** Runs one command line, without the name of the program, and gives its exit code. Whatever goes wrong is told on `stderr`. */
export async function runProgram(words: readonly string[], surroundings: Surroundings): Promise<number> {
  let exitCode: number = exitCodes.succeeded;
  const program = createProgram(surroundings, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
    debug('%o', error);
    const told = describeError(error);
    surroundings.stderr.write(`migration-status: ${told.message}\n`);
    return told.exitCode;
  }
}

/** The whole command line: its commands, and what each of them is run by. The code of a command is loaded when it runs. */
export function createProgram(surroundings: Surroundings, setExitCode: (code: number) => void): Command {
  const program = new Command('migration-status')
    .description('Follow data migrations at many vendors from a terminal or a script.')
    .configureOutput({
      writeOut: (text) => surroundings.stdout.write(text),
      writeErr: (text) => surroundings.stderr.write(text),
      outputError: (text, write) => write(`${toPlainText(text.replace(/^error:/, 'migration-status:'))}\n`),
    })
    .configureHelp({ showGlobalOptions: true })
    .version(readVersion())
    .exitOverride()
    .showHelpAfterError('(--help says more)')
    .addHelpText('after', exitCodeHelp);

  const run = async (command: Promise<number>) => setExitCode(await command);

  const addresses = (command: Command) =>
    command
      .argument(
        '[addresses...]',
        'velt/org_1/mig_7, or the name of a configured migration; default: all of those',
      )
      .option('--ref <json>', 'the ref as JSON, after an account alone');

  const get = withOutput(withSource(addresses(program.command('get'))))
    .description('look once')
    .option('--exit-status', 'end with 8 where something is still under way')
    .option('--timeout <duration>', 'how long an outage is sat out (default: 15s)')
    .option('--allow-partial', 'partially_succeeded will do')
    .action(async (names: readonly string[], flags: GetFlags) => {
      const command = await import('./commands/get.ts');
      await run(command.get(names, flags, surroundings));
    });

  const watch = withOutput(withSource(addresses(program.command('watch'))))
    .description('follow until all have ended; Ctrl-C stops looking, not the migrations')
    .addOption(new Option('--for <state>', 'until each is or was in this state').choices(migrationStates))
    .option('--timeout <duration>', 'give up after 90s, 30m, 1h30m')
    .option('--allow-partial', 'partially_succeeded will do')
    .action(async (names: readonly string[], flags: WatchFlags) => {
      const command = await import('./commands/watch.ts');
      await run(command.watch(names, flags, surroundings));
    });

  const wait = withOutput(withSource(addresses(program.command('wait'))))
    .description('the same silently, for scripts; also ends where a person has to act')
    .addOption(
      new Option('--for <state>', 'until each is or was in this state; else until it succeeded').choices(
        migrationStates,
      ),
    )
    .option('--timeout <duration>', 'give up after 90s, 30m, 1h30m')
    .option('--allow-partial', 'partially_succeeded will do')
    .action(async (names: readonly string[], flags: WatchFlags) => {
      const command = await import('./commands/watch.ts');
      await run(command.wait(names, flags, surroundings));
    });

  withOutput(withSource(program.command('list').argument('[account]', 'velt, or the name of an account')))
    .description('show what an account has, where its provider can list that, or what the database holds')
    .option('--filter <json>', 'what the adapter takes as a filter, such as \'{"status":"Started"}\'')
    .option('--limit <number>', 'stop after so many')
    .action(async (name: string | undefined, flags: ListFlags) => {
      const command = await import('./commands/list.ts');
      await run(command.list(name, flags, surroundings));
    });

  withSource(program.command('start').argument('<account>', 'velt, or the name of an account'))
    .description('start a migration, once, and print its key')
    .requiredOption(
      '--input <json>',
      'what the adapter takes to start one; - reads it from the standard input',
    )
    .option('--json', 'print { key, ref } as JSON')
    .action(async (name: string, flags: StartFlags) => {
      const command = await import('./commands/start.ts');
      await run(command.start(name, flags, surroundings));
    });

  withSource(program.command('cancel').argument('<address>', 'velt/org_1/mig_7, or a configured name'))
    .description('ask the provider to call off a migration, where it can')
    .option('--ref <json>', 'the ref as JSON, after an account alone')
    .action(async (address: string, flags: CancelFlags) => {
      const command = await import('./commands/cancel.ts');
      await run(command.cancel(address, flags, surroundings));
    });

  withSource(addresses(program.command('serve')))
    .description('show migrations as a web page, as JSON and as a stream of events')
    .option('--port <number>', 'where to listen; 0 takes a free one (default: 8080)')
    .option('--host <address>', 'the address to listen on; any but 127.0.0.1 needs a token')
    .option('--name <host>', 'a name that the server goes by elsewhere; may be repeated', collect)
    .option('--token <source>', 'where the token is read from that readers must show: env:NAME or file:PATH')
    .option('--title <text>', 'what stands above the page')
    .addOption(
      new Option('--allow <action...>', 'what readers may do besides looking').choices(['refresh', 'cancel']),
    )
    .option('--native', "pass on the provider's own data; may hold names and e-mail addresses")
    .action(async (names: readonly string[], flags: ServeFlags) => {
      const command = await import('./commands/serve.ts');
      await run(command.serve(names, flags, surroundings));
    });

  withSource(addresses(program.command('track')))
    .description('put migrations on the database, so that its workers follow them, and print their keys')
    .action(async (names: readonly string[], flags: TrackFlags) => {
      const command = await import('./commands/track.ts');
      await run(command.track(names, flags, surroundings));
    });

  withSource(program.command('worker'))
    .description('follow what is on the database, together with other workers; SIGTERM hands over')
    .addOption(
      new Option('--log <format>', 'how it is written what happens').choices(logWords).default('text'),
    )
    .option('--health-port <number>', 'answer /livez and /readyz there; 0 takes a free port')
    .option('--health-host <address>', 'the address to answer them on', '127.0.0.1')
    .option('--metrics', 'hand what is measured to the OpenTelemetry SDK that the process was started with')
    .option('--migrate', 'bring the schema up to date first, as db migrate does')
    .action(async (flags: WorkerFlags) => {
      const command = await import('./commands/worker.ts');
      await run(command.worker(flags, surroundings));
    });

  withSource(program.command('db').addArgument(new Argument('<action>').choices(databaseActions)))
    .description('say how the database stands, or bring its schema up to date')
    .option('--json', 'as JSON')
    .action(async (action: DatabaseAction, flags: DbFlags) => {
      const command = await import('./commands/db.ts');
      await run(command.db(action, flags, surroundings));
    });

  withSource(program.command('check'))
    .description('say what is configured, what is missing, and whether each provider answers')
    .option('--json', 'as JSON')
    .action(async (flags: CheckFlags) => {
      const command = await import('./commands/check.ts');
      await run(command.check(flags, surroundings));
    });

  withSource(program.command('states').argument('[provider]', 'velt, or the name of an account'))
    .description("show what the providers' own words mean here")
    .addOption(new Option('--color <when>', 'whether it is coloured').choices(colorWords))
    .option('--json', 'as JSON')
    .action(async (name: string | undefined, flags: StatesFlags) => {
      const command = await import('./commands/states.ts');
      await run(command.states(name, flags, surroundings));
    });

  program
    .command('completion')
    .description(
      'print a script that completes commands and flags: source <(migration-status completion bash)',
    )
    .addArgument(new Argument('<shell>').choices(completionShells))
    .action(async (shell: CompletionShell) => {
      const command = await import('./commands/completion.ts');
      await run(command.completion(shell, program, surroundings));
    });

  withOutput(program.command('sandbox'))
    .description('play four providers on this machine, with fourteen migrations; for trying things out')
    .option('--watch', 'follow the migrations, and end with them')
    .option('--seed <number>', 'the same seed gives the same ids', '7')
    .option('--port <number>', 'the first of the ports that are listened on; default: free ones')
    .option('--speed <factor>', 'how many times faster than written it all happens', '1')
    .action(async (flags: SandboxFlags) => {
      const command = await import('./commands/sandbox.ts');
      await run(command.sandbox(flags, surroundings));
    });

  for (const command of [get, watch, wait]) command.addHelpText('after', exitCodeHelp);
  return program;
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null ? String(Reflect.get(manifest, 'version')) : '';
}

import { type Command, Option } from 'commander';
import { outputVariable, outputWords } from './output/output-mode.ts';
import { colorWords } from './output/stream-look.ts';
import { clockWords } from './render/format-clock.ts';

/** Takes a flag that may be given several times. */
export const collect = (value: string, values: readonly string[] = []) => [...values, value];

/** What stands below the help of commands that tell an outcome. */
export const exitCodeHelp = `
Exit codes:
  0    everything that was asked about succeeded
  1    at least one failed, was canceled, succeeded in part only, or is not known to its provider
  2    the command line or the configuration is wrong
  3    it could not be found out: no answer, refused credentials
  8    still under way: of get --exit-status, and of wait where a person has to act
  124  --timeout has passed
  130  interrupted by Ctrl-C; 143 by SIGTERM, 129 by SIGHUP`;

/** Adds the flags that say whom to speak to. */
export function withSource(command: Command): Command {
  return command
    .option('--config <file>', 'the configuration (default: migration-status.config.ts, .js or .json)')
    .option('--option <account.name=value>', 'an option of an account; may be repeated', collect)
    .option(
      '--credential <account.name=source>',
      'where a credential is read from: env:NAME or file:PATH; may be repeated',
      collect,
    );
}

/** Adds the flags that say how to show it. */
export function withOutput(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--output <mode>',
        `how it is shown; auto is a table for one look, else live on a terminal and plain elsewhere; ${outputVariable} says it too`,
      ).choices(outputWords),
    )
    .addOption(new Option('--color <when>', 'whether it is coloured').choices(colorWords))
    .addOption(
      new Option('--time <zone>', 'which times of day are told; in JSON they are always UTC').choices(
        clockWords,
      ),
    )
    .option('--native', "the provider's own data in JSON; may hold names and e-mail addresses");
}

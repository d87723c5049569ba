import type { Command } from 'commander';
import { listCommandWords } from '../completion/describe-command.ts';
import type { CompletionShell } from '../completion/shells.ts';
import { toBashCompletion } from '../completion/to-bash-completion.ts';
import { toZshCompletion } from '../completion/to-zsh-completion.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Surroundings } from '../surroundings.ts';

/** Prints the script of a shell. Gives the exit code. */
export async function completion(
  shell: CompletionShell,
  program: Command,
  { stdout }: Surroundings,
): Promise<number> {
  const commands = listCommandWords(program);
  stdout.write(shell === 'bash' ? toBashCompletion(commands) : toZshCompletion(commands));
  return exitCodes.succeeded;
}

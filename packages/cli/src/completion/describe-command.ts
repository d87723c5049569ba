import type { Command } from 'commander';

/** What can be typed after the name of a command. */
export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly FlagWords[];
  /** What its first argument can be, where that is one of a few words. */
  readonly choices: readonly string[];
}

/** One flag. */
export interface FlagWords {
  readonly name: string;
  readonly description: string;
  /** Whether something follows it. */
  readonly takesValue: boolean;
  /** What can follow it, where that is one of a few words. */
  readonly choices: readonly string[];
}

/** The commands of a program and their flags, for completion. */
export function listCommandWords(program: Command): readonly CommandWords[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    choices: command.registeredArguments[0]?.argChoices ?? [],
    flags: [
      ...command.options.map((option) => ({
        name: option.long ?? option.flags,
        description: option.description,
        takesValue: option.required || option.optional,
        choices: option.argChoices ?? [],
      })),
      { name: '--help', description: 'what this command does', takesValue: false, choices: [] },
    ],
  }));
}

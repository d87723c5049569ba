import type { Command, Option } from 'commander';

/** What can be typed after the name of a command. */
export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly FlagWords[];
  /** What its first argument can be, where that is one of a few words, such as the name of a command below it. */
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
  /** Whether it may be given several times. */
  readonly isRepeatable: boolean;
}

/** What stands in the place of a command, and ends there. */
export const programFlags: readonly string[] = ['--help', '--version'];

const help: FlagWords = {
  name: '--help',
  description: 'what this command does',
  takesValue: false,
  choices: [],
  isRepeatable: false,
};

/** The commands of a program and their flags, for completion. */
export function listCommandWords(program: Command): readonly CommandWords[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    choices: command.registeredArguments[0]?.argChoices ?? command.commands.map((below) => below.name()),
    flags: [...command.options.map(toFlagWords), help],
  }));
}

function toFlagWords(option: Option): FlagWords {
  return {
    name: option.long ?? option.flags,
    description: option.description,
    takesValue: option.required || option.optional,
    choices: option.argChoices ?? [],
    isRepeatable: option.description.endsWith('may be repeated') || option.variadic,
  };
}

/** The flag whose value is the name of a file. */
export const fileFlag = '--config';

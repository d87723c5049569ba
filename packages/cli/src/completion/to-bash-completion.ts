import { type CommandWords, fileFlag, programFlags } from './describe-command.ts';

/** A script for bash: it completes commands, flags, and values where there are only some. */
export function toBashCompletion(commands: readonly CommandWords[]): string {
  const flags = commands.flatMap((command) => command.flags).filter(({ takesValue }) => takesValue);
  const choices = new Map(flags.map((flag) => [flag.name, flag.choices] as const));
  const valueCases = Array.from(choices, ([name, words]) =>
    name === fileFlag
      ? `    ${name}) compopt -o filenames 2> /dev/null; COMPREPLY=($(compgen -f -- "$word")); return ;;`
      : `    ${name}) ${words.length > 0 ? `${toReply(words)}; ` : ''}return ;;`,
  );
  const commandCases = commands.map(
    ({ name, flags, choices }) =>
      `    ${name}) ${toReply([...choices, ...flags.map((flag) => flag.name)])} ;;`,
  );
  return `# bash completion for migration-status: source <(migration-status completion bash)
_migration_status() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  # Bash takes --flag=value for three words.
  if [ "$word" = '=' ]; then
    word=''
  elif [ "$previous" = '=' ]; then
    previous="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    ${toReply([...commands.map(({ name }) => name), ...programFlags])}
    return
  fi
  case "$previous" in
${valueCases.join('\n')}
  esac
  case "$command" in
${commandCases.join('\n')}
  esac
}
complete -F _migration_status migration-status
`;
}

function toReply(words: readonly string[]): string {
  return `COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$word"))`;
}

import type { CommandWords } from './describe-command.ts';

/** A script for bash: it completes commands, flags, and values where there are only some. */
export function toBashCompletion(commands: readonly CommandWords[]): string {
  const values = new Map(
    commands.flatMap(({ flags }) => flags).map(({ name, choices }) => [name, choices] as const),
  );
  const valueCases = Array.from(values, ([name, choices]) => ({ name, choices }))
    .filter(({ choices }) => choices.length > 0)
    .map(
      ({ name, choices }) =>
        `    ${name}) COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$word")); return ;;`,
    );
  const fileCases = ['    --config) COMPREPLY=($(compgen -f -- "$word")); return ;;'];
  const commandCases = commands.map(({ name, flags, choices }) => {
    const words = [...choices, ...flags.map((flag) => flag.name)].join(' ');
    return `    ${name}) COMPREPLY=($(compgen -W '${words}' -- "$word")) ;;`;
  });
  return `# bash completion for migration-status: source <(migration-status completion bash)
_migration_status() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')} --help' -- "$word"))
    return
  fi
  case "$previous" in
${[...valueCases, ...fileCases].join('\n')}
  esac
  case "$command" in
${commandCases.join('\n')}
  esac
}
complete -o default -F _migration_status migration-status
`;
}

import type { CommandWords, FlagWords } from './describe-command.ts';

/** A script for zsh: it completes commands, flags, and values where there are only some, and says what each is. */
export function toZshCompletion(commands: readonly CommandWords[]): string {
  const described = commands.map(({ name, description }) => `    ${quote(`${name}:${description}`)}`);
  const cases = commands.map(({ name, flags, choices }) => {
    const argument = choices.length > 0 ? `1:word:(${choices.join(' ')})` : '*:address:_files';
    const specs = [...flags.map(toSpec), argument].map((spec) => `        ${quote(spec)}`);
    return `      ${name})\n        _arguments \\\n  ${specs.join(' \\\n  ')}\n        ;;`;
  });
  return `#compdef migration-status
# zsh completion for migration-status: source <(migration-status completion zsh)
_migration_status() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local command="\${words[2]}"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join('\n')}
  esac
}
if [ "\${funcstack[1]}" = "_migration_status" ]; then
  _migration_status "$@"
else
  compdef _migration_status migration-status
fi
`;
}

function toSpec({ name, description, takesValue, choices }: FlagWords): string {
  const explanation = `[${description.replaceAll(/[[\]:\\]/g, String.raw`\$&`)}]`;
  if (!takesValue) return `${name}${explanation}`;
  const values = choices.length > 0 ? `(${choices.join(' ')})` : name === '--config' ? '_files' : ' ';
  return `${name}${explanation}:value:${values}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

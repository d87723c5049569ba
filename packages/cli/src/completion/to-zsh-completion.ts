import { type CommandWords, type FlagWords, fileFlag, programFlags } from './describe-command.ts';

/**
 * A script for zsh: it completes commands, flags, and values where there are only some, and says what each is. It can be read in
 * by a shell, or stand as a file `_migration-status` in a folder of `fpath`.
 */
export function toZshCompletion(commands: readonly CommandWords[]): string {
  const described = commands.map(({ name, description }) => `    ${quote(`${name}:${description}`)}`);
  const cases = commands.map(({ name, flags, choices }) => {
    const argument = choices.length > 0 ? `1:word:(${choices.join(' ')})` : '*:address:()';
    const specs = [...flags.map(toSpec), argument].map((spec) => `        ${quote(spec)}`);
    return `      ${name})\n        _arguments \\\n  ${specs.join(' \\\n  ')}\n        ;;`;
  });
  return `#compdef migration-status
# zsh completion for migration-status, after compinit: source <(migration-status completion zsh)
_migration-status() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    if [[ "$PREFIX" == -* ]]; then
      compadd -- ${programFlags.join(' ')}
    else
      _describe 'command' commands
    fi
    return
  fi
  local command="\${words[2]}"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join('\n')}
  esac
}
if [ "\${funcstack[1]}" = "_migration-status" ]; then
  _migration-status "$@"
else
  compdef _migration-status migration-status
fi
`;
}

function toSpec({ name, description, takesValue, choices, isRepeatable }: FlagWords): string {
  const explanation = `[${description.replaceAll(/[[\]:\\]/g, String.raw`\$&`)}]`;
  const start = isRepeatable ? '*' : '';
  if (!takesValue) return `${start}${name}${explanation}`;
  const values = choices.length > 0 ? `(${choices.join(' ')})` : name === fileFlag ? '_files' : '()';
  return `${start}${name}=${explanation}:value:${values}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * What a shell runs to complete a command line: each script asks `capstan __complete`.
 *
 * @module
 */

import type { SHELLS } from "./shell_commands.ts";

/** Scripts by shell. */
export const SCRIPTS: Readonly<Record<typeof SHELLS[number], string>> = {
  bash: `# bash completion for capstan; load it with: source <(capstan completions bash)
_capstan() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <(capstan __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == */ ]]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -o default -F _capstan capstan
`,
  zsh: `#compdef capstan
# zsh completion for capstan; load it with: source <(capstan completions zsh)
_capstan() {
  local line
  local -a found
  while IFS= read -r line; do
    found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <(capstan __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then
    _describe -t capstan 'capstan' found
  else
    _files
  fi
}
compdef _capstan capstan
`,
  fish: `# fish completion for capstan; load it with: capstan completions fish | source
complete -c capstan -a '(capstan __complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
};

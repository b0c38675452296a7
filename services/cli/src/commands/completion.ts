import type { Command } from 'commander';
import { print } from '../output.ts';
import { QueryInvalid } from '../values.ts';

/** What can be typed at one place: behind `vchain`, or behind a command. */
interface Place {
  /** The commands typed so far, each behind a blank: nothing behind `vchain` itself. */
  readonly typed: string;
  /** Commands and options that may follow, with what they are. */
  readonly words: readonly (readonly [word: string, about: string])[];
}

const SHELLS: Readonly<Record<string, (places: readonly Place[]) => string>> = { bash, zsh, fish };

/** `vchain completion <shell>`: a script that completes the commands and options of a program. @throws QueryInvalid */
export function completion(program: Command, shell: string): void {
  const write = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
  if (write === undefined)
    throw new QueryInvalid(
      `shell ${JSON.stringify(shell)}: is not known; give one of ${Object.keys(SHELLS).join(', ')}`,
    );
  print(write(placesOf(program, '')));
}

function placesOf(command: Command, typed: string): readonly Place[] {
  const words = [
    ...command.commands.map((each) => [each.name(), each.description()] as const),
    ...command.options.map(({ long, description }) => [long ?? '', description] as const),
    ['--help', 'what it does and takes'] as const,
  ];
  const inner = command.commands.flatMap((each) => placesOf(each, `${typed} ${each.name()}`));
  const unique = new Map(words.filter(([word]) => word !== ''));
  return [{ typed, words: [...unique] }, ...inner];
}

/** Patterns of a `case` for every command behind which something is completed. */
const commandsAmong = (places: readonly Place[]): string =>
  places
    .filter(({ typed }) => typed !== '')
    .map(({ typed }) => `"${typed}"`)
    .join('|');

const wordsOf = ({ words }: Place): string => words.map(([word]) => word).join(' ');

function bash(places: readonly Place[]): string {
  const cases = places.map((place) => `    "${place.typed}") words="${wordsOf(place)}" ;;`).join('\n');
  return `_vchain() {
  local at="" words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $word" in ${commandsAmong(places)}) at="$at $word" ;; esac
  done
  case "$at" in
${cases}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _vchain vchain`;
}

function zsh(places: readonly Place[]): string {
  const cases = places.map((place) => `    "${place.typed}") compadd -- ${wordsOf(place)} ;;`).join('\n');
  return `#compdef vchain
_vchain() {
  local at="" word
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in ${commandsAmong(places)}) at="$at $word" ;; esac
  done
  case "$at" in
${cases}
  esac
  _files
}
compdef _vchain vchain`;
}

function fish(places: readonly Place[]): string {
  const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const known = places.filter(({ typed }) => typed !== '').map(({ typed }) => quoted(typed));
  const lines = places.flatMap(({ typed, words }) =>
    words.map(([word, about]) => {
      const offered = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`;
      return `complete -c vchain -n ${quoted(`test (__vchain_at) = "at:${typed}"`)} ${offered} -d ${quoted(about)}`;
    }),
  );
  return `function __vchain_at
  set -l at ''
  for word in (commandline -opc)[2..-1]
    switch "$at $word"
      case ${known.join(' ')}
        set at "$at $word"
    end
  end
  echo "at:$at"
end
${lines.join('\n')}`;
}

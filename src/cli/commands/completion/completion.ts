import type { Command } from 'commander';

/** What can be written after `lockstep`. */
interface Completed {
  name: string;
  description: string;
  flags: { long: string; description: string; choices: readonly string[] }[];
}

const writers = { bash, zsh, fish } as const;

/** The script for a shell, made of the commands as they are declared: it knows what `--help` knows. */
export function completionScript(shell: keyof typeof writers, program: Command): string {
  return writers[shell](program.commands.map(completedOf));
}

function completedOf(command: Command): Completed {
  const flags = command.options.flatMap(({ long, description, argChoices }) =>
    typeof long === 'string' ? [{ long, description, choices: argChoices ?? [] }] : [],
  );
  return {
    name: command.name(),
    description: command.description(),
    flags: [...flags, { long: '--help', description: 'Show help', choices: [] }],
  };
}

function bash(commands: readonly Completed[]): string {
  const choices = new Map(
    commands.flatMap(({ flags }) =>
      flags.filter((flag) => flag.choices.length > 0).map((flag) => [flag.long, flag.choices]),
    ),
  );
  return [
    '# eval "$(lockstep completion bash)"',
    '_lockstep() {',
    '  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words=""',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    words="${commands.map(({ name }) => name).join(' ')} --help --version"`,
    '  else',
    '    case "${COMP_WORDS[1]}" in',
    ...commands.map(({ name, flags }) => `      ${name}) words="${flags.map(({ long }) => long).join(' ')}" ;;`),
    '    esac',
    '    case "$before" in',
    ...[...choices].map(([long, all]) => `      ${long}) words="${all.join(' ')}" ;;`),
    '    esac',
    '  fi',
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    '}',
    'complete -o default -F _lockstep lockstep',
  ].join('\n');
}

function zsh(commands: readonly Completed[]): string {
  const flagOf = ({ long, description, choices }: Completed['flags'][number]): string => {
    const values = choices.length === 0 ? '' : `:value:(${choices.join(' ')})`;
    return `'${long}[${plain(description)}]${values}'`;
  };
  return [
    '#compdef lockstep',
    '_lockstep() {',
    '  if (( CURRENT == 2 )); then',
    '    local -a commands',
    `    commands=(${commands.map(({ name, description }) => `'${name}:${plain(description)}'`).join(' ')})`,
    '    _describe command commands',
    '    return',
    '  fi',
    '  local command=$words[2]',
    '  shift words; (( CURRENT -= 1 ))',
    '  case "$command" in',
    ...commands.map(({ name, flags }) => `    ${name}) _arguments ${flags.map(flagOf).join(' ')} '*: :_files' ;;`),
    '  esac',
    '}',
    '_lockstep "$@"',
  ].join('\n');
}

function fish(commands: readonly Completed[]): string {
  return commands
    .flatMap(({ name, description, flags }) => [
      `complete -c lockstep -n __fish_use_subcommand -a ${name} -d '${plain(description)}'`,
      ...flags.map(({ long, description: what, choices }) => {
        const values = choices.length === 0 ? '' : ` -x -a '${choices.join(' ')}'`;
        return `complete -c lockstep -n '__fish_seen_subcommand_from ${name}' -l ${long.slice(2)}${values} -d '${plain(what)}'`;
      }),
    ])
    .join('\n');
}

/** Without what the shells would read as something else. */
function plain(text: string): string {
  return text
    .replaceAll("'", '’')
    .replace(/[[\]:]/g, '')
    .replaceAll('\\', '');
}

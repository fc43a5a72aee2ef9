import { resolveOptions, type ServiceOptions } from '../../../engine/config.js';
import { CONFIG_FILE, optionsFromFile } from '../../config-file.js';
import { variableOf } from '../../environment.js';
import { columns } from '../../terminal/columns.js';
import { withoutSecrets } from './redact.js';

export interface PrintConfig {
  /** What file, environment and flags say together. */
  options: ServiceOptions;
  json: boolean;
  flags: { config?: string; directory?: string };
  environment: NodeJS.ProcessEnv;
}

export interface Setting {
  option: string;
  /** Without secrets. */
  value: unknown;
  /** Where it comes from: a variable, a flag, the file, or `default`. */
  from: string;
}

/** Prints every option as the commands read it. @throws option_unknown, option_invalid, config_unreadable */
export function printConfig(asked: PrintConfig): void {
  const settings = shownSettings(asked);
  if (asked.json) return console.log(JSON.stringify(settings));
  const rows = settings.flatMap(({ option, value, from }) =>
    partsOf(option, value).map(([name, part]) => [name, from, textOf(part)]),
  );
  console.log(columns([['option', 'from', 'value'], ...rows]).join('\n'));
}

/** Every setting without secrets. @throws option_unknown, option_invalid, config_unreadable */
export function shownSettings(asked: Omit<PrintConfig, 'json'>): Setting[] {
  return [...settingsOf(asked), ...tokensOf(asked.environment)];
}

function settingsOf({ options, flags, environment }: Omit<PrintConfig, 'json'>): Setting[] {
  const resolved = withoutSecrets(resolveOptions(options));
  const inFile = optionsFromFile(flags.config, environment);
  return Object.entries(resolved).map(([option, value]) => {
    const name = option as keyof ServiceOptions;
    const variable = variableOf(name);
    const isInEnvironment = variable !== undefined && (environment[variable] ?? '') !== '';
    if (option === 'directory' && flags.directory !== undefined) return { option, value, from: '--directory' };
    if (isInEnvironment) return { option, value, from: variable };
    return { option, value, from: name in inFile ? (flags.config ?? CONFIG_FILE) : 'default' };
  });
}

/** Only `serve` reads these, and they are never shown. */
function tokensOf(environment: NodeJS.ProcessEnv): Setting[] {
  return ['LOCKSTEP_TOKEN', 'LOCKSTEP_USER_TOKEN_SECRET', 'LOCKSTEP_METRICS_TOKEN'].map((variable) => {
    const isSet = (environment[variable] ?? '') !== '';
    return { option: variable, value: isSet ? '(set)' : null, from: isSet ? 'environment' : 'default' };
  });
}

/** An option with parts, such as `billing`, has a line for each. */
function partsOf(option: string, value: unknown): [name: string, value: unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[option, value]];
  return Object.entries(value).flatMap(([name, part]) => partsOf(`${option}.${name}`, part));
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

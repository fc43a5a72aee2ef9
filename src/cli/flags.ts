import { InvalidArgumentError, Option, type Command } from 'commander';
import type { ServiceOptions } from '../engine/config.js';
import { CONFIG_FILE, optionsFromFile } from './config-file.js';
import { optionsFromEnvironment } from './environment.js';

/** Flags for options that the configuration file and the environment can set too. */
export interface ConfigFlags {
  config?: string;
  directory?: string;
  rate?: number;
  ratePerEndpoint?: number;
}

/** Flags of a command that works on the database. */
export interface OperationFlags extends ConfigFlags {
  json?: true;
  logLevel: string;
}

export const logLevel = (): Option =>
  new Option('--log-level <level>', 'How much to log')
    .choices(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info');
export const host = (): Option => new Option('--host <address>', 'Address to listen on').default('127.0.0.1');
export const port = (standard: number): Option =>
  new Option('--port <number>', 'Port to listen on; 0 picks any free port').argParser(parsePort).default(standard);
export const allowHost = (): Option =>
  new Option('--allow-host <name>', 'Accept requests for this host name too; repeatable')
    .argParser((name: string, names: string[]) => [...names, parseHostName(name)])
    .default([], 'none');
export const environment = (): Partial<ServiceOptions> => optionsFromEnvironment(process.env);
export const configured = ({ config, directory, rate: rateTotal, ratePerEndpoint }: ConfigFlags): ServiceOptions => ({
  ...optionsFromFile(config, process.env),
  ...environment(),
  ...given({ directory, rateTotal, ratePerEndpoint }),
});
export const rateTotal = (): Option =>
  rate('--rate <number>', 'Requests per second to Stripe, in total (default: 80 in live mode, 20 in test mode)');
export const ratePerEndpoint = (): Option =>
  rate('--rate-per-endpoint <number>', 'Requests per second to one Stripe endpoint (default: 20)');
export const configFile = (): Option =>
  new Option('--config <file>', `JSON options file (default: ${CONFIG_FILE}, if present)`);
export const directory = (): Option =>
  new Option('--directory <path>', 'Where to keep the embedded database (default: .lockstep)');
export const json = (): Option => new Option('--json', 'Print lines of JSON');

/** Declares a command that works on the database, whether or not a service is running. */
export function operation(program: Command, name: string, words = ''): Command {
  return program
    .command(`${name} ${words}`.trim())
    .addOption(json())
    .addOption(directory())
    .addOption(configFile())
    .addOption(rateTotal())
    .addOption(ratePerEndpoint())
    .addOption(logLevel().default('warn'));
}

export function operationOf(flags: OperationFlags): { options: ServiceOptions; logLevel: string; json: boolean } {
  return { options: configured(flags), logLevel: flags.logLevel, json: flags.json === true };
}

/** Flags of a command that only reads. */
export type ReportFlags = Pick<OperationFlags, 'config' | 'directory' | 'json' | 'logLevel'>;

/** Declares a command that only reads the database, whether or not a service is running. */
export function report(program: Command, name: string, words = ''): Command {
  return program
    .command(`${name} ${words}`.trim())
    .addOption(json())
    .addOption(directory())
    .addOption(configFile())
    .addOption(logLevel().default('warn'));
}

export function reportOptions(flags: ReportFlags): ReturnType<typeof operationOf> {
  return operationOf(flags);
}

/** A copy without the undefined values. */
export function given<T extends object>(flags: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)) as never;
}

function rate(flag: string, description: string): Option {
  return new Option(flag, description).argParser((text) => {
    const value = Number(text);
    if (!(value >= 0.1 && value <= 10_000)) throw new InvalidArgumentError('It must be a number from 0.1 to 10000.');
    return value;
  });
}

function parseHostName(text: string): string {
  // Only the name: no scheme, no port, no path.
  if (/^[a-z0-9_]([a-z0-9._-]{0,252})$/i.test(text) || /^\[?[0-9a-f:.]*::?[0-9a-f:.]*\]?$/i.test(text)) return text;
  throw new InvalidArgumentError('Give a host name such as stripe or stripe.test, without scheme or port.');
}

/** A flag for a whole number from 0. */
export const wholeNumber = (flag: string, description: string, standard: number): Option =>
  new Option(flag, description).default(standard).argParser((text) => {
    if (/^\d{1,9}$/.test(text)) return Number(text);
    throw new InvalidArgumentError('It must be a whole number from 0.');
  });

export function parsePort(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
  return value;
}

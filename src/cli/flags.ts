import { InvalidArgumentError, Option, type Command } from 'commander';
import type { ServiceOptions } from '../engine/config.js';
import { CONFIG_FILE, optionsFromFile } from './config-file.js';
import { optionsFromEnvironment } from './environment.js';

/** Flags that fill the options that a file and the environment may hold too. */
export interface ConfigFlags {
  config?: string;
  directory?: string;
  rate?: number;
  ratePerEndpoint?: number;
}

/** Those of a command that works on the database. */
export interface OperationFlags extends ConfigFlags {
  json?: true;
  logLevel: string;
}

export const logLevel = (): Option =>
  new Option('--log-level <level>', 'how much to log')
    .choices(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info');
export const host = (): Option => new Option('--host <address>', 'address to listen on').default('127.0.0.1');
export const port = (standard: number): Option =>
  new Option('--port <number>', 'port to listen on; 0: any free one').argParser(parsePort).default(standard);
export const allowHost = (): Option =>
  new Option('--allow-host <name>', 'answer to this host name too, besides loopback ones; may be given several times')
    .argParser((name: string, names: string[]) => [...names, parseHostName(name)])
    .default([], 'none');
export const environment = (): Partial<ServiceOptions> => optionsFromEnvironment(process.env);
export const configured = ({ config, directory, rate: rateTotal, ratePerEndpoint }: ConfigFlags): ServiceOptions => ({
  ...optionsFromFile(config, process.env),
  ...environment(),
  ...given({ directory, rateTotal, ratePerEndpoint }),
});
export const rateTotal = (): Option =>
  rate('--rate <number>', 'requests a second to Stripe, in all; default 80 live, 20 in test mode');
export const ratePerEndpoint = (): Option =>
  rate('--rate-per-endpoint <number>', 'requests a second to one endpoint of Stripe; default 20');
export const configFile = (): Option =>
  new Option('--config <file>', `a JSON file of options; default ${CONFIG_FILE}, where it is there`);
export const directory = (): Option =>
  new Option('--directory <path>', 'where the embedded database is kept; default .lockstep');
export const json = (): Option => new Option('--json', 'print lines of JSON');

/** A command that works on the database, beside a running service or alone. */
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

/** Without what is absent. */
export function given<T extends object>(flags: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)) as never;
}

function rate(flag: string, description: string): Option {
  return new Option(flag, description).argParser((text) => {
    const value = Number(text);
    if (!(value >= 0.1 && value <= 10_000)) throw new InvalidArgumentError('a rate is a number from 0.1 to 10000.');
    return value;
  });
}

function parseHostName(text: string): string {
  // The name alone: no scheme, no port, no path.
  if (/^[a-z0-9_]([a-z0-9._-]{0,252})$/i.test(text) || /^\[?[0-9a-f:.]*::?[0-9a-f:.]*\]?$/i.test(text)) return text;
  throw new InvalidArgumentError('a host name is like stripe or stripe.test, without scheme and port.');
}

export function parsePort(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535.');
  return value;
}

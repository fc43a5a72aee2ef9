import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { ServiceOptions } from '../../../engine/config.js';
import { resolveConfig, resolveOptions } from '../../../engine/config.js';
import { migrateDatabase, openDatabase } from '../../../engine/database.js';
import { LockstepError } from '../../../kernel/error.js';
import { openLog } from '../../../app/log.js';
import { openPrompt } from './prompt.js';
import { readEnvFile, writeEnvFile } from './env-file.js';
import { endpointUrl, keepEndpoint, terraformOf, type KeptEndpoint } from './endpoint.js';

export interface InitCommand {
  options: ServiceOptions;
  /** The public address of the service; undefined: it is asked for. */
  url: string | undefined;
  envFile: string;
  terraform: boolean;
  logLevel: string;
}

/**
 * Sets everything up, and says what it did. Running it again changes nothing that is there: neither a setting, nor an
 * endpoint, nor a table.
 */
export async function init({ options, url: given, envFile, terraform, logLevel }: InitCommand): Promise<void> {
  if (given !== undefined) endpointUrl(given); // before anything is asked or written
  if (envFile === '') {
    throw new LockstepError('option_invalid', '--env-file is empty', { hint: 'name a file, such as .env' });
  }
  if (terraform) return console.log(terraformOf(endpointUrl(given ?? 'https://example.com')));
  const before = readEnvFile(envFile);
  const prompt = openPrompt();
  const stripeKey = options.stripeKey ?? before['STRIPE_SECRET_KEY'] ?? (await prompt.ask('Stripe secret key (sk_…)'));
  const databaseUrl =
    options.databaseUrl ?? before['DATABASE_URL'] ?? (await prompt.ask('PostgreSQL address (empty: embedded)'));
  const url = given ?? (await prompt.ask('Public address of the service, https://… (empty: polling)')) ?? '';
  prompt.close();

  const all: ServiceOptions = { ...options, stripeKey, ...(databaseUrl ? { databaseUrl } : {}) };
  const {
    sources: [source],
  } = resolveConfig({ ...all, webhookSecret: undefined, feed: 'poll' });
  const said = (line: string): void => console.log(`  ${line}`);
  const endpoint = url === '' ? undefined : await keepEndpoint(source, endpointUrl(url));
  // At once: Stripe shows the secret of an endpoint only when it is created.
  const written = writeEnvFile(envFile, {
    ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
    STRIPE_SECRET_KEY: source.stripeKey,
    ...(endpoint?.secret === undefined ? {} : { STRIPE_WEBHOOK_SECRET: endpoint.secret }),
    LOCKSTEP_TOKEN: randomBytes(24).toString('base64url'),
  });
  said(
    written.length === 0
      ? `settings   ${envFile} has them all`
      : `settings   ${envFile}: ${written.join(', ')} (only you can read the file)`,
  );
  said(`endpoint   ${endpointText(endpoint)}`);
  said(`database   ${await prepareDatabase(all, logLevel)}`);
  for (const line of nextSteps(envFile, endpoint, readEnvFile(envFile)['STRIPE_WEBHOOK_SECRET'] !== undefined))
    said(line);
}

function endpointText(endpoint: KeptEndpoint | undefined): string {
  if (endpoint === undefined) return 'none: changes are read by polling';
  switch (endpoint.how) {
    case 'created':
      return `created ${endpoint.id} for ${endpoint.url}, for all events`;
    case 'found':
      return `${endpoint.id} is there for ${endpoint.url}`;
    case 'forbidden':
      return 'not created: the key may not write webhook endpoints';
    default:
      return endpoint.how satisfies never;
  }
}

async function prepareDatabase(options: ServiceOptions, logLevel: string): Promise<string> {
  const config = resolveOptions(options);
  const database = await openDatabase(config, openLog({ level: logLevel }));
  try {
    const { applied } = await migrateDatabase(database, config);
    return applied.length === 0 ? 'the tables are up to date' : `created the tables (${applied.length} migrations)`;
  } finally {
    await database.close();
  }
}

/** A file of secrets must not be committed. */
function isUnignored(envFile: string): boolean {
  if (!existsSync('.git')) return false;
  const ignored = existsSync('.gitignore') ? readFileSync('.gitignore', 'utf8').split('\n') : [];
  return !ignored.some((line) => ['.env*', '*.env', envFile, `/${envFile}`].includes(line.trim()));
}

function nextSteps(envFile: string, endpoint: KeptEndpoint | undefined, hasSecret: boolean): string[] {
  const manual =
    endpoint?.how === 'forbidden'
      ? [`next       create an endpoint for ${endpoint.url} in the Stripe Dashboard, for all events`]
      : [];
  const secret =
    endpoint !== undefined && !hasSecret
      ? [`next       put its signing secret into ${envFile}: STRIPE_WEBHOOK_SECRET='whsec_…'`]
      : [];
  const serve = endpoint === undefined ? 'lockstep serve --feed poll' : 'lockstep serve';
  return [
    ...(isUnignored(envFile) ? [`next       add ${envFile} to .gitignore: it has secrets`] : []),
    ...manual,
    ...secret,
    `next       set -a; . ${envFile.includes('/') ? envFile : `./${envFile}`}; set +a`,
    'next       lockstep backfill, which loads what Stripe has',
    `next       ${serve}, then lockstep doctor`,
  ];
}

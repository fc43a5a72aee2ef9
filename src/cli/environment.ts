import type { ServiceOptions } from '../engine/config.js';
import { LockstepError } from '../kernel/error.js';

/** Environment variable → option, for the options of the service. A variable of a single command is in its `command.ts`. */
const variables = {
  DATABASE_URL: 'databaseUrl',
  STRIPE_SECRET_KEY: 'stripeKey',
  STRIPE_PUBLISHABLE_KEY: 'publishableKey',
  STRIPE_WEBHOOK_SECRET: 'webhookSecret',
  STRIPE_API_BASE: 'stripeApiBase',
  STRIPE_ACCOUNT: 'stripeAccount',
  LOCKSTEP_ALERT_URL: 'alertUrl',
  LOCKSTEP_ALERT_SECRET: 'alertSecret',
} as const satisfies Record<string, keyof ServiceOptions>;
/** Its value is JSON, as in the options file. */
const ENDPOINTS = 'LOCKSTEP_ENDPOINTS';

/** The variable that sets an option; undefined: none does. */
export function variableOf(option: keyof ServiceOptions): string | undefined {
  if (option === 'endpoints') return ENDPOINTS;
  return Object.entries(variables).find(([, name]) => name === option)?.[0];
}

/** What the environment says; an empty variable says nothing. @throws option_invalid */
export function optionsFromEnvironment(environment: NodeJS.ProcessEnv): Partial<ServiceOptions> {
  const options: Partial<ServiceOptions> = {};
  for (const [variable, option] of Object.entries(variables)) {
    const value = environment[variable];
    if (value !== undefined && value !== '') options[option] = value;
  }
  const endpoints = environment[ENDPOINTS] ?? '';
  return endpoints === '' ? options : { ...options, endpoints: listIn(endpoints) };
}

/** The parser's own message quotes the text, which has secrets in it. */
function listIn(text: string): NonNullable<ServiceOptions['endpoints']> {
  try {
    return JSON.parse(text) as NonNullable<ServiceOptions['endpoints']>;
  } catch {
    throw new LockstepError('option_invalid', `${ENDPOINTS} is not JSON`, {
      hint: 'write a JSON array, such as [{"name": "app", "url": "https://…", "secret": "whsec_…", "types": ["subscription"]}]',
    });
  }
}

import type { ServiceOptions } from '../engine/config.js';

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

/** The variable that sets an option; undefined: none does. */
export function variableOf(option: keyof ServiceOptions): string | undefined {
  return Object.entries(variables).find(([, name]) => name === option)?.[0];
}

/** What the environment says; an empty variable says nothing. */
export function optionsFromEnvironment(environment: NodeJS.ProcessEnv): Partial<ServiceOptions> {
  const options: Partial<ServiceOptions> = {};
  for (const [variable, option] of Object.entries(variables)) {
    const value = environment[variable];
    if (value !== undefined && value !== '') options[option] = value;
  }
  return options;
}

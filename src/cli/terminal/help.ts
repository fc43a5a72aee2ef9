export function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}

export function exitCodes(text: string): string {
  return `\n\nExit codes: ${text}.`;
}

export function environmentHelp(lines: readonly string[]): string {
  return `
Environment:
  DATABASE_URL            postgres://… (default: the embedded database in --directory)
  STRIPE_SECRET_KEY       sk_… or rk_…
  STRIPE_PUBLISHABLE_KEY  pk_…
  STRIPE_WEBHOOK_SECRET   whsec_…; while you roll it, both, separated by a comma
  STRIPE_API_BASE         Another address for Stripe's API, such as the emulator's
  STRIPE_ACCOUNT          acct_…; needed if the key cannot read its own account
  LOCKSTEP_TOKEN          Your app sends it as Authorization: Bearer …
                          If unset, a new one is generated at each start
  LOCKSTEP_USER_TOKEN_SECRET
                          Your app signs its users' tokens with it.
                          If unset, user tokens are not accepted
  LOCKSTEP_ALERT_URL      https://…; alarms are posted to it
  LOCKSTEP_ALERT_SECRET   whsec_…; signs them. Needed with LOCKSTEP_ALERT_URL
  LOCKSTEP_ENDPOINTS      JSON: where changes are sent as signed webhooks
  LOCKSTEP_METRICS_TOKEN  Opens /metrics and nothing else, for Prometheus
                          If unset, only LOCKSTEP_TOKEN opens it
${examples(lines)}

Exit codes: 0 stopped on request, 1 failed, 2 invalid usage.`;
}

/** Wraps the words into lines that fit a terminal. */
export function inLines(words: readonly string[]): string {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length > 76) lines.push(`  ${word}`);
    else lines[lines.length - 1] = `${last}  ${word}`;
  }
  return lines.join('\n');
}

export function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}

export function exitCodes(text: string): string {
  return `\n\nExit codes: ${text}.`;
}

export function environmentHelp(lines: readonly string[]): string {
  return `
Environment:
  DATABASE_URL            postgres://…; absent: the embedded database in --directory
  STRIPE_SECRET_KEY       sk_… or rk_…
  STRIPE_PUBLISHABLE_KEY  pk_…
  STRIPE_WEBHOOK_SECRET   whsec_…, several comma-separated while one is rolled
  STRIPE_API_BASE         another Stripe, such as the emulator
  STRIPE_ACCOUNT          acct_…, where the key may not read its own account
  LOCKSTEP_TOKEN          what your app sends as Authorization: Bearer …; absent: made at each start
  LOCKSTEP_USER_TOKEN_SECRET  what your app signs tokens of its users with; absent: there are none
${examples(lines)}

Exit codes: 0 stopped as asked, 1 failed, 2 asked for wrongly.`;
}

/** Words in lines that fit a terminal. */
export function inLines(words: readonly string[]): string {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length > 76) lines.push(`  ${word}`);
    else lines[lines.length - 1] = `${last}  ${word}`;
  }
  return lines.join('\n');
}

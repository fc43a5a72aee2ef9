import { writeFileSync } from 'node:fs';
import { generateModels } from '../../../generate/models.js';
import { LockstepError } from '../../../kernel/error.js';

export interface GenerateCommand {
  target: string;
  types: readonly string[];
  schema: string;
  account: string | undefined;
  live: boolean;
  out: string | undefined;
}

/** Prints models of the mirror's tables, or writes them to a file. Needs no database, and no connection to Stripe. */
export function generate({ target, types, schema, account, live, out }: GenerateCommand): void {
  if (account === undefined && live) {
    throw new LockstepError('option_invalid', '--live needs --account', {
      hint: 'add --account acct_…',
    });
  }
  if (account !== undefined && !/^acct_\w+$/.test(account)) {
    throw new LockstepError('option_invalid', '--account must be an account ID', {
      hint: 'use the ID that starts with acct_; the Stripe Dashboard shows it under Settings',
    });
  }
  const source = account === undefined ? null : { account, livemode: live };
  const text = generateModels(target, { types, schema, source });
  if (out === undefined) process.stdout.write(text);
  else writeFileSync(out, text);
}

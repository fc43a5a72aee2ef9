import { typeNamed, type VerifyReport } from '../../../engine/operations.js';
import { operate, type Operate } from '../../operate.js';
import { openTicker } from '../../terminal/progress.js';
import { reportOf } from '../../terminal/report.js';
import { schemaLines } from '../../terminal/schema-lines.js';
import { count } from '../../terminal/table.js';
import { linesOf } from './lines.js';

export interface VerifyCommand extends Omit<Operate, 'prove'> {
  types: readonly string[];
  repair: boolean;
  json: boolean;
}

/**
 * Compares the mirror with Stripe and prints what it found. The exit code: 0 in step, 1 drift was found (even if it was
 * repaired), 2 something could not be checked.
 */
export async function verify({ types, repair, json, ...where }: VerifyCommand): Promise<0 | 1 | 2> {
  const ticker = openTicker(!json);
  try {
    // Report a misspelled type before contacting Stripe.
    types.forEach(typeNamed);
    const report = await operate({ ...where, prove: repair }, (operations, signal) =>
      operations.verify(
        { ...(types.length === 0 ? {} : { types }), repair },
        (news) => {
          if ('verified' in news) {
            if (json) console.log(JSON.stringify(news.verified));
          } else ticker.show(`${news.type}: ${count(news.listed)} compared`);
        },
        signal,
      ),
    );
    ticker.end();
    if (json)
      console.log(
        JSON.stringify({ outcome: report.outcome, profiles: report.profiles, schema: report.schema, ms: report.ms }),
      );
    else console.log([...linesOf(report, repair), ...schemaLines(report.schema)].join('\n'));
    return exitCodes[report.outcome];
  } catch (error) {
    ticker.end();
    console.error(reportOf(error));
    return 2;
  }
}

const exitCodes = { in_step: 0, drift: 1, unproven: 2 } as const satisfies Record<VerifyReport['outcome'], number>;

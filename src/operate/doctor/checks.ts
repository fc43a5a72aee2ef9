import { databaseChecks } from './database-checks.js';
import { endpointChecks } from './endpoint-checks.js';
import type { Facts } from './facts.js';
import type { Check } from './finding.js';
import { keyChecks } from './key-checks.js';
import { schemaChecks } from './schema-checks.js';
import { workChecks } from './work-checks.js';

/** Every check of `lockstep doctor`. Adding one is adding a row to one of these lists. */
export const checks: readonly Check<Facts>[] = [
  ...keyChecks,
  ...endpointChecks,
  ...databaseChecks,
  ...schemaChecks,
  ...workChecks,
];

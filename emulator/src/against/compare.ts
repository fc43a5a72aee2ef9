/** The first place where two answers differ. */
export interface AnswerDifference {
  /** `items.data.0.price.unit_amount`; empty for the whole answer. */
  path: string;
  stripe: unknown;
  emulator: unknown;
}

/** A field that one of the answers does not have. */
export const ABSENT = '(no such field)';

/** Drawn at random, or of the account: its name, settings, and number of endpoints. */
const NOT_COMPARED =
  /^(account_country|account_name|authorization_code|client_secret|fingerprint|invoice_prefix|message|network_transaction_id|number|payment_method_configuration_details|pending_webhooks|receipt_number|receipt_url|request_log_url|doc_url|charge|statement_descriptor|calculated_statement_descriptor|invoice_pdf|hosted_invoice_url|url|risk_score)$/;

/** Two answers to the same request: ids are compared by their prefix, and times by whether there is one. */
export function firstDifference(stripe: unknown, emulator: unknown, path = ''): AnswerDifference | undefined {
  if (isHash(stripe) && isHash(emulator)) {
    for (const key of new Set([...Object.keys(stripe), ...Object.keys(emulator)])) {
      if (NOT_COMPARED.test(key)) continue;
      const [one, other] = [stripe, emulator].map((hash) => (Object.hasOwn(hash, key) ? hash[key] : ABSENT));
      const found = firstDifference(one, other, path === '' ? key : `${path}.${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (Array.isArray(stripe) && Array.isArray(emulator) && stripe.length === emulator.length) {
    for (const [index, value] of stripe.entries()) {
      const found = firstDifference(value, emulator[index], `${path}.${index}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return plain(stripe) === plain(emulator) ? undefined : { path, stripe, emulator };
}

const ID = /^([a-z]+(?:_[a-z]+)*_)(?:test_)?[A-Za-z0-9_]{8,}$/;
/** The year 2001 in seconds: no amount in a scenario is as high. */
const TIMES_FROM = 1_000_000_000;

/** A value without what differs between any two runs. */
function plain(value: unknown): string {
  if (typeof value === 'number' && value >= TIMES_FROM) return 'a time';
  if (typeof value === 'string') return JSON.stringify(value.replace(ID, '$1…'));
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return isHash(value) ? 'an object' : JSON.stringify(value);
}

const isHash = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

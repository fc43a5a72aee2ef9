import type { Html } from './html.js';
import { html } from './html.js';

const PARTS = ['line1', 'line2', 'postal_code', 'city', 'state', 'country'] as const;
type Part = (typeof PARTS)[number];
export type EnteredAddress = Record<Part, string | null>;

const LABELS: Readonly<Record<Part, string>> = {
  line1: 'Address',
  line2: 'Address, second line (optional)',
  postal_code: 'Postal code',
  city: 'City',
  state: 'State (optional)',
  country: 'Country',
};
const OPTIONAL: readonly Part[] = ['line2', 'state'];

/**
 * The fields of an address.
 * @param kind begins the fields' names, and tells a browser which address to fill in
 * @param countries those to choose from. Empty: any, as two letters
 */
export function addressFields(kind: 'billing' | 'shipping', countries: readonly string[] = []): readonly Html[] {
  return PARTS.map((part) => {
    const name = `${kind}.${part}`;
    if (part === 'country') return countryField(name, `${kind} country`, countries);
    const required = OPTIONAL.includes(part) ? '' : 'required';
    return html`<label
      >${LABELS[part]} <input name="${name}" autocomplete="${kind} ${TOKENS[part]}" ${required}
    /></label>`;
  });
}

/** The words for a browser that fills fields in: https://html.spec.whatwg.org/#autofill */
const TOKENS: Readonly<Record<Exclude<Part, 'country'>, string>> = {
  line1: 'address-line1',
  line2: 'address-line2',
  postal_code: 'postal-code',
  city: 'address-level2',
  state: 'address-level1',
};

function countryField(name: string, token: string, countries: readonly string[]): Html {
  if (countries.length === 0)
    return html`<label
      >${LABELS.country} (two letters)
      <input name="${name}" autocomplete="${token}" pattern="[A-Za-z]{2}" maxlength="2" value="US" required
    /></label>`;
  return html`<label
    >${LABELS.country}
    <select name="${name}" autocomplete="${token}" required>
      ${countries.map((country) => html`<option value="${country}">${countryName(country)}</option>`)}
    </select></label
  >`;
}

const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' });

/** `Germany`. What is no country keeps its letters: Stripe has a few of its own. */
function countryName(code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}

/** What was entered into them. Null: the form had no such fields. */
export function enteredAddress(form: URLSearchParams, kind: 'billing' | 'shipping'): EnteredAddress | null {
  if (!PARTS.some((part) => form.has(`${kind}.${part}`))) return null;
  const parts = PARTS.map((part) => [part, form.get(`${kind}.${part}`)?.trim() || null]);
  return Object.fromEntries(parts) as EnteredAddress;
}

import type Stripe from 'stripe';
import { operation } from '../../api/operation.js';
import { hash, needed, oneOf, text } from '../../api/params.js';
import { given } from '../../api/standard.js';
import type { Noun } from '../../state/noun.js';
import type { Unit } from '../../state/unit.js';
import { addressParam, fullAddress } from '../shared/params.js';

type TaxSettingsRow = Stripe.Tax.Settings & { id: string };
const ID = 'tax_settings';

/** The account's settings of Stripe Tax: pending until it is known where the head office is. */
export const taxSettings: Noun<TaxSettingsRow> = {
  title: 'tax settings',
  prefix: '',
  updated: [{ name: 'tax.settings.updated' }],
  view: (row) => Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'id')),
  operations: [
    operation('GET /v1/tax/settings', {}, ({ unit }) => unit.view('tax.settings', taxSettingsOf(unit))),
    operation(
      'POST /v1/tax/settings',
      {
        defaults: hash({ tax_behavior: oneOf('exclusive', 'inclusive', 'inferred_by_currency'), tax_code: text() }),
        head_office: hash({ address: needed(addressParam()) }),
      },
      ({ unit, params }) => {
        const row = taxSettingsOf(unit);
        const office = params.head_office === undefined ? row.head_office : officeOf(params.head_office.address);
        const patch: Partial<TaxSettingsRow> = {
          defaults: { ...row.defaults, ...given(params.defaults ?? {}) },
          head_office: office,
          ...(office === null ? {} : { status: 'active' as const, status_details: { active: {} } }),
        };
        return unit.view('tax.settings', unit.update('tax.settings', ID, patch));
      },
    ),
  ],
};

const officeOf = (sent: Parameters<typeof fullAddress>[0]): Stripe.Tax.Settings.HeadOffice => ({
  address: fullAddress(sent) as Stripe.Address,
});

export function taxSettingsOf(unit: Unit): TaxSettingsRow {
  return (
    unit.find('tax.settings', ID) ??
    unit.insert('tax.settings', {
      id: ID,
      object: 'tax.settings',
      defaults: { provider: 'stripe', tax_behavior: null, tax_code: null },
      head_office: null,
      livemode: false,
      status: 'pending',
      status_details: { pending: { missing_fields: ['head_office'] } },
    })
  );
}

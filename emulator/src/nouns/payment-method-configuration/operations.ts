import { listOperation } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import type { Param } from '../../api/params.js';
import { emptyable, flag, hash, oneOf, text, unbuilt } from '../../api/params.js';
import { given, retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Json } from '../../state/rows.js';
import type { Unit } from '../../state/unit.js';
import { isMethodType } from '../payment-method/types.js';
import type { ConfigurationRow } from './row.js';

/** The types of the SDK's `PaymentMethodConfiguration`, wallets among them. */
const TYPES = (
  'acss_debit affirm afterpay_clearpay alipay alma amazon_pay apple_pay au_becs_debit bacs_debit bancontact billie bizum ' +
  'blik boleto card cartes_bancaires cashapp crypto customer_balance eps fpx giropay google_pay grabpay ideal jcb kakao_pay ' +
  'klarna konbini kr_card link mb_way mobilepay multibanco naver_pay nz_bank_account oxxo p24 pay_by_bank payco paynow ' +
  'paypal paypay payto pix promptpay revolut_pay samsung_pay satispay scalapay sepa_debit sequra sofort sunbit swish twint ' +
  'upi us_bank_account wechat_pay zip'
).split(' ');
/** On unless it is turned off. */
const USUAL: ReadonlySet<string> = new Set(['apple_pay', 'card', 'google_pay', 'link']);

type Preference = 'none' | 'off' | 'on';
type Sent = Record<string, { display_preference?: { preference?: Preference } } | undefined>;

const typeParam = () => hash({ display_preference: hash({ preference: oneOf('none', 'off', 'on') }) });
const typeParams: Readonly<Record<string, Param<unknown>>> = Object.fromEntries(
  TYPES.map((type) => [type, typeParam()]),
);
const unknownHere = { apple_pay_later: unbuilt(), fr_meal_voucher_conecs: unbuilt() };

/**
 * Which methods a payment offers if it names none (https://docs.stripe.com/api/payment_method_configurations). The default one
 * is made when it is first asked for.
 */
export const configurationOperations: readonly Operation[] = [
  operation(
    'POST /v1/payment_method_configurations',
    { ...typeParams, ...unknownHere, name: text(), parent: unbuilt() },
    ({ unit, params }) => {
      defaultConfiguration(unit);
      const row = insert(unit, params.name ?? 'New configuration', false, params as Sent);
      return unit.view('payment_method_configuration', row);
    },
  ),
  retrieveOperation('/v1/payment_method_configurations', 'payment_method_configuration'),
  operation(
    'POST /v1/payment_method_configurations/:id',
    { ...typeParams, ...unknownHere, active: flag(), name: text() },
    ({ unit, at, params }) => {
      const row = unit.need('payment_method_configuration', at.id ?? '');
      const { active, name, ...types } = params;
      const patch = { ...given({ active, name }), ...methodsOf(types, row as unknown as Json) };
      return unit.view('payment_method_configuration', unit.update('payment_method_configuration', row.id, patch));
    },
  ),
  ...[
    listOperation('/v1/payment_method_configurations', {
      type: 'payment_method_configuration',
      filters: {
        active: { param: flag(), field: 'active' },
        application: { param: emptyable(text()), test: (row, wanted: string | null) => row.application === wanted },
      },
    }),
  ].map((list) => ({
    ...list,
    run: (call: Parameters<Operation['run']>[0]) => {
      defaultConfiguration(call.unit);
      return list.run(call);
    },
  })),
];

/** The account's own, of which every account has one. */
export function defaultConfiguration(unit: Unit): ConfigurationRow {
  for (const row of unit.store.tables.payment_method_configuration.walk({ oldestFirst: true })) {
    if (row.is_default) return row;
  }
  return insert(unit, 'Default', true, {});
}

function insert(unit: Unit, name: string, isDefault: boolean, sent: Sent): ConfigurationRow {
  return unit.insert('payment_method_configuration', {
    ...methodsOf(Object.fromEntries(TYPES.map((type) => [type, sent[type] ?? {}])), {}),
    id: newId('pmc'),
    object: 'payment_method_configuration',
    active: true,
    application: null,
    is_default: isDefault,
    livemode: false,
    name,
    parent: null,
  });
}

function methodsOf(sent: Sent, old: Json): Partial<ConfigurationRow> {
  return Object.fromEntries(
    Object.entries(sent).map(([type, one]) => {
      const before = (old[type] as { display_preference: { preference: Preference } } | undefined)?.display_preference;
      const preference = one?.display_preference?.preference ?? before?.preference ?? 'none';
      const value = preference === 'none' ? (USUAL.has(type) ? 'on' : 'off') : preference;
      return [type, { available: value === 'on', display_preference: { overridable: null, preference, value } }];
    }),
  );
}

/** The methods that a configuration turns on and that can pay: in the order of their names, cards first. */
export function methodsIn(row: ConfigurationRow): string[] {
  const on = TYPES.filter((type) => {
    const method = (row as unknown as Record<string, { available: boolean } | undefined>)[type];
    return isMethodType(type) && method?.available === true;
  });
  return ['card', ...on.filter((type) => type !== 'card')].filter((type) => on.includes(type));
}

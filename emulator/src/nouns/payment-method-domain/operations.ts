import type Stripe from 'stripe';
import { listOperation } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import type { Param } from '../../api/params.js';
import { flag, needed, text } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given, retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';

/** A host name without a scheme or a path. */
export const domainParam = (): Param<string> => ({
  needed: false,
  read: (raw, at) => {
    const value = text(253).read(raw, at);
    if (/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(value)) return value;
    throw invalid('The domain name is invalid. Send it without a scheme or a path, as in example.com.', at);
  },
});

const WALLETS = ['amazon_pay', 'apple_pay', 'google_pay', 'klarna', 'link', 'paypal'] as const;
type Wallets = Pick<Stripe.PaymentMethodDomain, (typeof WALLETS)[number]>;

const wallets = (status: 'active' | 'inactive'): Wallets =>
  Object.fromEntries(WALLETS.map((name) => [name, { status }])) as unknown as Wallets;

/** Where wallets may be shown (https://docs.stripe.com/api/payment_method_domains). Nothing is asked of the domain here. */
export const domainOperations: readonly Operation[] = [
  operation(
    'POST /v1/payment_method_domains',
    { domain_name: needed(domainParam()), enabled: flag() },
    ({ unit, params }) => {
      const known = [...unit.store.tables.payment_method_domain.walk()].find(
        ({ domain_name: name }) => name === params.domain_name,
      );
      if (known !== undefined) return unit.view('payment_method_domain', known);
      const enabled = params.enabled ?? true;
      const row = unit.insert('payment_method_domain', {
        id: newId('pmd'),
        object: 'payment_method_domain',
        ...wallets(enabled ? 'active' : 'inactive'),
        created: unit.now,
        domain_name: params.domain_name,
        enabled,
        livemode: false,
      });
      return unit.view('payment_method_domain', row);
    },
  ),
  retrieveOperation('/v1/payment_method_domains', 'payment_method_domain'),
  operation('POST /v1/payment_method_domains/:id', { enabled: flag() }, ({ unit, at, params: { enabled } }) => {
    const { id } = unit.need('payment_method_domain', at.id ?? '');
    const patch = enabled === undefined ? {} : { ...given({ enabled }), ...wallets(enabled ? 'active' : 'inactive') };
    return unit.view('payment_method_domain', unit.update('payment_method_domain', id, patch));
  }),
  operation('POST /v1/payment_method_domains/:id/validate', {}, ({ unit, at }) => {
    const { id, enabled } = unit.need('payment_method_domain', at.id ?? '');
    const patch = wallets(enabled ? 'active' : 'inactive');
    return unit.view('payment_method_domain', unit.update('payment_method_domain', id, patch));
  }),
  listOperation('/v1/payment_method_domains', {
    type: 'payment_method_domain',
    filters: {
      domain_name: { param: text(), field: 'domain_name' },
      enabled: { param: flag(), field: 'enabled' },
    },
  }),
];

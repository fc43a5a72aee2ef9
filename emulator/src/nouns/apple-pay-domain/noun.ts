import type Stripe from 'stripe';
import { listOperation } from '../../api/list.js';
import { operation } from '../../api/operation.js';
import { needed, text } from '../../api/params.js';
import { deletedStub, retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Noun } from '../../state/noun.js';
import { domainParam } from '../payment-method-domain/operations.js';

/** The older way to name a domain, for Apple Pay alone. Stripe sends no event about it. */
export const applePayDomain: Noun<Stripe.ApplePayDomain> = {
  title: 'apple pay domain',
  prefix: 'apwc',
  operations: [
    operation('POST /v1/apple_pay/domains', { domain_name: needed(domainParam()) }, ({ unit, params }) => {
      const row = unit.insert('apple_pay_domain', {
        id: newId('apwc'),
        object: 'apple_pay_domain',
        created: unit.now,
        domain_name: params.domain_name,
        livemode: false,
      });
      return unit.view('apple_pay_domain', row);
    }),
    retrieveOperation('/v1/apple_pay/domains', 'apple_pay_domain'),
    operation('DELETE /v1/apple_pay/domains/:id', {}, ({ unit, at }) => {
      const { id } = unit.need('apple_pay_domain', at.id ?? '');
      unit.remove('apple_pay_domain', id);
      return deletedStub(id, 'apple_pay_domain');
    }),
    listOperation('/v1/apple_pay/domains', {
      type: 'apple_pay_domain',
      filters: { domain_name: { param: text(), field: 'domain_name' } },
    }),
  ],
};

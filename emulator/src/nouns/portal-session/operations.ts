import type Stripe from 'stripe';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { accepted, hash, needed, oneOf, text, unbuiltAll, webAddress } from '../../api/params.js';
import { newId, randomText } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import { defaultConfiguration } from '../portal-configuration/operations.js';

const ofSubscription = () => hash({ subscription: needed(text()), retention: accepted() });

export const portalSessionOperations: readonly Operation[] = [
  operation(
    'POST /v1/billing_portal/sessions',
    {
      configuration: text(),
      customer: needed(text()),
      flow_data: hash({
        type: needed(
          oneOf(
            'customer_update',
            'payment_method_update',
            'subscription_cancel',
            'subscription_pause',
            'subscription_update',
            'subscription_update_confirm',
          ),
        ),
        after_completion: hash({
          type: needed(oneOf('hosted_confirmation', 'portal_homepage', 'redirect')),
          hosted_confirmation: hash({ custom_message: text(500) }),
          redirect: hash({ return_url: needed(webAddress()) }),
        }),
        subscription_cancel: ofSubscription(),
        subscription_update: ofSubscription(),
        ...unbuiltAll('subscription_pause', 'subscription_update_confirm'),
      }),
      locale: text(),
      return_url: webAddress(),
      ...unbuiltAll('after_expiration', 'customer_account', 'on_behalf_of'),
    },
    ({ unit, params }) => {
      const customer = unit.need('customer', params.customer, 'customer');
      const configuration =
        params.configuration === undefined
          ? defaultConfiguration(unit)
          : unit.need('billing_portal.configuration', params.configuration, 'configuration');
      const { flow_data: flow } = params;
      const row = unit.insert('billing_portal.session', {
        id: newId('bps'),
        object: 'billing_portal.session',
        configuration: configuration.id,
        created: unit.now,
        customer: customer.id,
        customer_account: null,
        flow: flow === undefined ? null : flowOf(unit, flow),
        livemode: false,
        locale: params.locale ?? null,
        on_behalf_of: null,
        return_url: params.return_url ?? configuration.default_return_url,
        url: `${unit.store.origin}/p/session/test_${randomText(32)}`,
      });
      return unit.view('billing_portal.session', row);
    },
  ),
];

interface FlowSent {
  type: string;
  after_completion?: {
    type: string;
    hosted_confirmation?: { custom_message?: string };
    redirect?: { return_url: string };
  };
  subscription_cancel?: { subscription: string };
  subscription_update?: { subscription: string };
}

function flowOf(unit: Unit, sent: FlowSent): Stripe.BillingPortal.Session.Flow {
  const { after_completion: after, subscription_cancel: cancel, subscription_update: update } = sent;
  for (const [name, part] of Object.entries({ subscription_cancel: cancel, subscription_update: update })) {
    if (part !== undefined) unit.need('subscription', part.subscription, `flow_data[${name}][subscription]`);
  }
  return {
    after_completion: {
      hosted_confirmation:
        after?.hosted_confirmation === undefined
          ? null
          : { custom_message: after.hosted_confirmation.custom_message ?? null },
      redirect: after?.redirect ?? null,
      type: after?.type ?? 'portal_homepage',
    },
    customer_update: null,
    subscription_cancel: cancel === undefined ? null : { retention: null, subscription: cancel.subscription },
    subscription_pause: null,
    subscription_update: update === undefined ? null : { subscription: update.subscription },
    subscription_update_confirm: null,
    type: sent.type,
  };
}

/** The open session of a page's address. */
export function sessionOfPage(unit: Unit, slug: string): Stripe.BillingPortal.Session | undefined {
  for (const row of unit.store.tables['billing_portal.session'].walk()) {
    if (row.url.endsWith(`/p/session/${slug}`)) return row;
  }
  return undefined;
}

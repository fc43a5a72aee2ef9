import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { needed, text, unbuiltAll, webAddress } from '../../api/params.js';
import { newId, randomText } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import { defaultConfiguration } from '../portal-configuration/operations.js';
import { flowOf, flowParam } from './flow.js';
import type { PortalSessionRow } from './row.js';

export const portalSessionOperations: readonly Operation[] = [
  operation(
    'POST /v1/billing_portal/sessions',
    {
      configuration: text(),
      customer: needed(text()),
      flow_data: flowParam(),
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
        flow:
          flow === undefined
            ? null
            : flowOf(unit, flow, {
                customer: customer.id,
                features: configuration.features,
                isNamed: params.configuration !== undefined,
              }),
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

/** The open session of a page's address. */
export function sessionOfPage(unit: Unit, slug: string): PortalSessionRow | undefined {
  for (const row of unit.store.tables['billing_portal.session'].walk()) {
    if (row.url.endsWith(`/p/session/${slug}`)) return row;
  }
  return undefined;
}

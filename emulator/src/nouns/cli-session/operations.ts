import { createHash } from 'node:crypto';
import { API_VERSION } from '../../../../src/catalog/generated/api-version.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { accepted, either, isHash, listOf, text } from '../../api/params.js';
import type { Unit } from '../../state/unit.js';

/** What `stripe listen` and `stripe logs tail` ask first: undocumented, as version 1.52.0 sends it. */
export const cliSessionOperations: readonly Operation[] = [
  operation(
    'POST /v1/stripecli/sessions',
    {
      device_name: accepted(),
      device_token: accepted(),
      filters: accepted(),
      forward_connect_to_url: accepted(),
      forward_thin_connect_to_url: accepted(),
      forward_thin_to_url: accepted(),
      forward_to_url: accepted(),
      websocket_feature: text(),
      websocket_features: either((raw) => Array.isArray(raw) || isHash(raw), listOf(text()), text()),
    },
    ({ unit, params, deliveries }) => {
      const asked = params.websocket_features ?? params.websocket_feature ?? 'webhooks';
      const wanted = typeof asked === 'string' ? [asked] : asked;
      const session = deliveries.openSession(secretOf(unit), wanted);
      return {
        object: 'stripecli.session',
        default_version: deliveries.apiVersion,
        device_token: session.id,
        display_connect_filter_warning: false,
        latest_version: API_VERSION,
        reconnect_delay: 5,
        secret: session.secret,
        websocket_authorized_feature: wanted.join(','),
        websocket_id: session.id,
        websocket_url: `${unit.store.origin.replace(/^http/, 'ws')}/subscribe/${unit.store.identity.account}`,
      };
    },
  ),
];

/** One secret per account, so that a configuration file can hold it. */
function secretOf({ store }: Unit): string {
  return `whsec_${createHash('sha256').update(`listen ${store.identity.secretKey}`).digest('hex')}`;
}

import { operation } from '../../api/operation.js';
import { flag, hash, integer, listOf, needed, oneOf, text, unbuilt } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { randomText } from '../../state/id.js';
import type { NounWithoutRows } from '../../state/noun.js';
import type { Json } from '../../state/rows.js';

const HALF_AN_HOUR = 1800;
const redisplay = () => oneOf('always', 'limited', 'unspecified');
const onOff = () => oneOf('disabled', 'enabled');
const plain = () => hash({ enabled: needed(flag()) });

const components = {
  active_entitlements: plain(),
  buy_button: plain(),
  customer_portal: plain(),
  customer_sheet: hash({
    enabled: needed(flag()),
    features: hash({
      payment_method_allow_redisplay_filters: listOf(redisplay()),
      payment_method_remove: onOff(),
    }),
  }),
  mobile_payment_element: hash({
    enabled: needed(flag()),
    features: hash({
      payment_method_allow_redisplay_filters: listOf(redisplay()),
      payment_method_redisplay: onOff(),
      payment_method_remove: onOff(),
      payment_method_save: onOff(),
      payment_method_save_allow_redisplay_override: redisplay(),
    }),
  }),
  payment_element: hash({
    enabled: needed(flag()),
    features: hash({
      payment_method_allow_redisplay_filters: listOf(redisplay()),
      payment_method_redisplay: onOff(),
      payment_method_redisplay_limit: integer(1, 10),
      payment_method_remove: onOff(),
      payment_method_save: onOff(),
      payment_method_save_usage: oneOf('off_session', 'on_session'),
    }),
  }),
  pricing_table: plain(),
};

/** What each component can do unless the session says otherwise (the SDK's docstrings name the defaults). */
const DEFAULTS: Readonly<Record<string, Json>> = {
  customer_sheet: {
    payment_method_allow_redisplay_filters: ['always'],
    payment_method_remove: 'disabled',
  },
  mobile_payment_element: {
    payment_method_allow_redisplay_filters: ['always'],
    payment_method_redisplay: 'disabled',
    payment_method_remove: 'disabled',
    payment_method_save: 'disabled',
    payment_method_save_allow_redisplay_override: null,
  },
  payment_element: {
    payment_method_allow_redisplay_filters: ['always'],
    payment_method_redisplay: 'disabled',
    payment_method_redisplay_limit: 3,
    payment_method_remove: 'disabled',
    payment_method_save: 'disabled',
    payment_method_save_usage: null,
  },
};

/** A customer for Stripe's components in a page (https://docs.stripe.com/api/customer_sessions). It is shown once. */
export const customerSession: NounWithoutRows = {
  operations: [
    operation(
      'POST /v1/customer_sessions',
      { components: needed(hash(components)), customer: text(), customer_account: unbuilt() },
      ({ unit, params }) => {
        if (params.customer === undefined) {
          throw invalid('Missing required param: customer.', 'customer', 'parameter_missing');
        }
        const { id } = unit.need('customer', params.customer, 'customer');
        const sent = params.components as Record<string, { enabled: boolean; features?: Json } | undefined>;
        const shown = Object.keys(components).map((name) => {
          const enabled = sent[name]?.enabled ?? false;
          const defaults = DEFAULTS[name];
          if (defaults === undefined) return [name, { enabled }];
          return [name, { enabled, features: enabled ? { ...defaults, ...sent[name]?.features } : null }];
        });
        return {
          object: 'customer_session',
          client_secret: `cuss_secret_${randomText(40)}`,
          components: Object.fromEntries(shown) as Json,
          created: unit.now,
          customer: id,
          customer_account: null,
          expires_at: unit.now + HALF_AN_HOUR,
          livemode: false,
        };
      },
    ),
  ],
};

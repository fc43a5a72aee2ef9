import type Stripe from 'stripe';
import { listOperation } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import {
  accepted,
  emptyable,
  flag,
  hash,
  integer,
  listOf,
  mergeMetadata,
  metadata,
  needed,
  oneOf,
  text,
  webAddress,
} from '../../api/params.js';
import { given, retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';

type Configuration = Stripe.BillingPortal.Configuration;

const prorations = () => oneOf('always_invoice', 'create_prorations', 'none');

const featuresParam = () =>
  hash({
    customer_update: hash({
      allowed_updates: emptyable(listOf(oneOf('address', 'email', 'name', 'phone', 'shipping', 'tax_id'))),
      enabled: flag(),
    }),
    invoice_history: hash({ enabled: needed(flag()) }),
    payment_method_update: hash({ enabled: needed(flag()), payment_method_configuration: emptyable(text()) }),
    subscription_cancel: hash({
      cancellation_reason: hash({
        enabled: needed(flag()),
        feedback_options: accepted(),
        options: emptyable(listOf(text())),
      }),
      enabled: flag(),
      mode: oneOf('at_period_end', 'immediately'),
      proration_behavior: prorations(),
    }),
    subscription_pause: accepted(),
    subscription_update: hash({
      billing_cycle_anchor: oneOf('now', 'unchanged'),
      default_allowed_updates: emptyable(listOf(oneOf('price', 'promotion_code', 'quantity'))),
      enabled: flag(),
      products: emptyable(
        listOf(
          hash({
            prices: needed(listOf(text())),
            product: needed(text()),
            adjustable_quantity: hash({ enabled: needed(flag()), maximum: integer(1), minimum: integer(0) }),
          }),
        ),
      ),
      proration_behavior: prorations(),
      schedule_at_period_end: accepted(),
      trial_update_behavior: oneOf('continue_trial', 'end_trial'),
    }),
  });

const fields = {
  business_profile: hash({
    headline: emptyable(text(60)),
    privacy_policy_url: webAddress(),
    terms_of_service_url: webAddress(),
  }),
  default_return_url: emptyable(webAddress()),
  login_page: hash({ enabled: needed(flag()) }),
  metadata: metadata(),
  name: emptyable(text(255)),
};

export const portalConfigurationOperations: readonly Operation[] = [
  operation(
    'POST /v1/billing_portal/configurations',
    { ...fields, features: needed(featuresParam()) },
    ({ unit, params }) => unit.view('billing_portal.configuration', createConfiguration(unit, params)),
  ),
  retrieveOperation('/v1/billing_portal/configurations', 'billing_portal.configuration'),
  operation(
    'POST /v1/billing_portal/configurations/:id',
    { ...fields, active: flag(), features: featuresParam() },
    ({ unit, at, params }) => {
      const row = unit.need('billing_portal.configuration', at.id ?? '');
      const patch = given({
        active: params.active,
        business_profile:
          params.business_profile === undefined
            ? undefined
            : { ...row.business_profile, ...given(params.business_profile) },
        default_return_url: params.default_return_url,
        features: params.features === undefined ? undefined : featuresOf(row.features, params.features),
        login_page: params.login_page === undefined ? undefined : loginPage(unit, params.login_page.enabled),
        metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
        name: params.name,
        updated: unit.now,
      });
      return unit.view('billing_portal.configuration', unit.update('billing_portal.configuration', row.id, patch));
    },
  ),
  listOperation('/v1/billing_portal/configurations', {
    type: 'billing_portal.configuration',
    filters: { active: { param: flag(), field: 'active' }, is_default: { param: flag(), field: 'is_default' } },
  }),
];

interface Sent {
  business_profile?: { headline?: string | null; privacy_policy_url?: string; terms_of_service_url?: string };
  default_return_url?: string | null;
  features: object;
  login_page?: { enabled: boolean };
  metadata?: Record<string, string> | null;
  name?: string | null;
}

function createConfiguration(unit: Unit, sent: Sent, isDefault = false): Configuration {
  return unit.insert('billing_portal.configuration', {
    id: newId('bpc'),
    object: 'billing_portal.configuration',
    active: true,
    application: null,
    business_profile: {
      headline: sent.business_profile?.headline ?? null,
      privacy_policy_url: sent.business_profile?.privacy_policy_url ?? null,
      terms_of_service_url: sent.business_profile?.terms_of_service_url ?? null,
    },
    created: unit.now,
    default_return_url: sent.default_return_url ?? null,
    features: featuresOf(NOTHING, sent.features),
    is_default: isDefault,
    livemode: false,
    login_page: loginPage(unit, sent.login_page?.enabled ?? false),
    metadata: mergeMetadata(null, sent.metadata),
    name: sent.name ?? null,
    updated: unit.now,
  });
}

const loginPage = (unit: Unit, enabled: boolean): Configuration['login_page'] => ({
  enabled,
  url: enabled ? `${unit.store.origin}/p/login` : null,
});

/** Every feature off. */
const NOTHING: Configuration['features'] = {
  customer_update: { allowed_updates: [], enabled: false },
  invoice_history: { enabled: false },
  payment_method_update: { enabled: false, payment_method_configuration: null },
  subscription_cancel: {
    cancellation_reason: { enabled: false, feedback_options: null, options: [] },
    enabled: false,
    mode: 'at_period_end',
    proration_behavior: 'none',
  },
  subscription_pause: { duration: { interval_options: [], type: 'indefinite' }, enabled: false },
  subscription_update: {
    billing_cycle_anchor: null,
    default_allowed_updates: [],
    enabled: false,
    proration_behavior: 'none',
    schedule_at_period_end: { conditions: [] },
    trial_update_behavior: 'end_trial',
  },
};

/** The sent settings over the existing ones, feature by feature. */
function featuresOf(base: Configuration['features'], sent: object): Configuration['features'] {
  const merged = Object.entries(base).map(([name, feature]) => {
    const told = (sent as Record<string, object | undefined>)[name];
    const whole: unknown = told === undefined ? feature : { ...(feature as object), ...given(told) };
    return [name, whole] as const;
  });
  return Object.fromEntries(merged) as unknown as Configuration['features'];
}

/** What a new account's portal offers: everything but changing plans. */
const DEFAULT_FEATURES = {
  customer_update: { allowed_updates: ['email', 'name', 'address', 'phone'], enabled: true },
  invoice_history: { enabled: true },
  payment_method_update: { enabled: true },
  subscription_cancel: { enabled: true, mode: 'at_period_end' },
};

/** The account's default configuration, made at its first use. */
export function defaultConfiguration(unit: Unit): Configuration {
  for (const row of unit.store.tables['billing_portal.configuration'].walk({ oldestFirst: true })) {
    if (row.is_default) return row;
  }
  return createConfiguration(unit, { features: DEFAULT_FEATURES }, true);
}

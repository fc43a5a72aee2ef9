import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import {
  accepted,
  emptyable,
  flag,
  hash,
  listOf,
  mergeMetadata,
  metadata,
  needed,
  oneOf,
  text,
  unbuiltAll,
  webAddress,
  unbuilt,
} from '../../api/params.js';
import { missing } from '../../api/problem.js';
import { given } from '../../api/standard.js';
import type { Json } from '../../state/rows.js';
import type { SetupIntentRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { declineProblem } from '../payment-method/attach.js';
import type { Attempt } from '../payment-intent/attempt-options.js';
import { attemptOf, methodSent, withToken } from '../payment-intent/params.js';
import { checkSecret, publicly, publicView } from '../payment-intent/public-view.js';
import { paymentMethodData } from '../payment-method/operations.js';
import { mergeOptions, methodOptions } from '../payment-method/options.js';
import { checkTypes } from '../payment-method/types.js';
import { useConfirmation } from '../confirmation-token/use.js';
import { configured } from '../payment-method-configuration/use.js';
import { attemptSetup, newSetup, unexpectedSetup } from './attempt.js';
import { cancelSetup } from './cancel.js';

const confirmFields = {
  payment_method: text(),
  payment_method_data: paymentMethodData(),
  return_url: webAddress(5000, 'app'),
  use_stripe_sdk: flag(),
  mandate_data: accepted(),
  payment_method_options: methodOptions(),
  confirmation_token: text(),
};

export const setupIntentOperations: readonly Operation[] = [
  operation(
    'POST /v1/setup_intents',
    {
      ...confirmFields,
      automatic_payment_methods: hash({ enabled: needed(flag()), allow_redirects: oneOf('always', 'never') }),
      confirm: flag(),
      customer: text(),
      description: text(1000),
      metadata: metadata(),
      payment_method_configuration: text(),
      payment_method_types: listOf(text()),
      usage: oneOf('off_session', 'on_session'),
      ...unbuiltAll('attach_to_self', 'flow_directions', 'on_behalf_of', 'single_use', 'customer_account'),
      allowed_payment_method_types: listOf(text()),
      excluded_payment_method_types: listOf(text()),
    },
    ({ unit, params: asked }) => {
      const params = withToken(unit, asked);
      if (params.customer !== undefined) unit.need('customer', params.customer, 'customer');
      const row = newSetup(unit, {
        customer: params.customer ?? null,
        paymentMethod: methodSent(unit, params),
        patch: given({
          automatic_payment_methods:
            params.automatic_payment_methods === undefined
              ? undefined
              : {
                  enabled: params.automatic_payment_methods.enabled,
                  allow_redirects: params.automatic_payment_methods.allow_redirects ?? ('always' as const),
                },
          description: params.description,
          metadata: mergeMetadata(null, params.metadata),
          ...setupTypes(params),
          ...configured(unit, params.payment_method_configuration, undefined),
          payment_method_options:
            params.payment_method_options === undefined
              ? undefined
              : (mergeOptions(
                  {},
                  params.payment_method_options,
                ) as unknown as SetupIntentRow['payment_method_options']),
          usage: params.usage,
        }),
      });
      if (params.confirmation_token !== undefined) useConfirmation(unit, params.confirmation_token, row.id);
      return params.confirm === true ? confirmSetup(unit, row.id, attemptOf(params)) : unit.view('setup_intent', row);
    },
  ),
  operation(
    'GET /v1/setup_intents/:id',
    { client_secret: text() },
    ({ unit, at, params, key }) => seen(unit, intentOf(unit, at.id, params.client_secret, key), key),
    { publishable: true },
  ),
  operation(
    'POST /v1/setup_intents/:id',
    {
      customer: text(),
      description: emptyable(text(1000)),
      metadata: metadata(),
      payment_method: text(),
      payment_method_types: listOf(text()),
      ...unbuiltAll('allowed_payment_method_types', 'attach_to_self', 'customer_account', 'flow_directions'),
      ...unbuiltAll('excluded_payment_method_types', 'payment_method_configuration', 'payment_method_data'),
      ...unbuiltAll('payment_method_options'),
    },
    ({ unit, at, params }) => {
      const row = unit.need('setup_intent', at.id ?? '');
      if (params.customer !== undefined) unit.need('customer', params.customer, 'customer');
      const method = methodSent(unit, params);
      const patch: Partial<SetupIntentRow> = {
        ...given({
          customer: params.customer,
          description: params.description,
          metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
          payment_method_types: params.payment_method_types,
        }),
        ...(method === null ? {} : { payment_method: method, status: 'requires_confirmation' }),
      };
      return unit.view('setup_intent', unit.update('setup_intent', row.id, patch));
    },
  ),
  operation(
    'POST /v1/setup_intents/:id/confirm',
    {
      ...confirmFields,
      client_secret: text(),
      expected_payment_method_type: text(),
      ...unbuiltAll('allowed_payment_method_types'),
    },
    ({ unit, at, params: asked, key }) => {
      const params = withToken(unit, asked);
      const row = intentOf(unit, at.id, params.client_secret, key);
      if (params.confirmation_token !== undefined) useConfirmation(unit, params.confirmation_token, row.id);
      const attempt = { ...attemptOf(params), paymentMethod: methodSent(unit, params) ?? undefined };
      const guest = key === 'publishable';
      publicly(guest, () =>
        confirmSetup(unit, row.id, guest ? { ...attempt, useStripeSdk: params.use_stripe_sdk ?? true } : attempt),
      );
      return seen(unit, unit.need('setup_intent', row.id), key);
    },
    { publishable: true },
  ),
  operation(
    'POST /v1/setup_intents/:id/cancel',
    { cancellation_reason: oneOf('abandoned', 'duplicate', 'requested_by_customer') },
    ({ unit, at, params }) => {
      const row = unit.need('setup_intent', at.id ?? '');
      if (row.status === 'succeeded' || row.status === 'canceled') {
        throw unexpectedSetup(unit, row, 'cancel');
      }
      cancelSetup(unit, row.id, params.cancellation_reason ?? null);
      return unit.show('setup_intent', row.id);
    },
  ),
  listOperation('/v1/setup_intents', {
    type: 'setup_intent',
    filters: {
      created: range('created'),
      customer: { param: text(), field: 'customer' },
      customer_account: { param: unbuilt() },
      attach_to_self: { param: unbuilt() },
      payment_method: { param: text(), field: 'payment_method' },
    },
  }),
];

/** With what a setup can be made. */
function setupTypes(sent: {
  payment_method_types?: string[];
  allowed_payment_method_types?: string[];
  excluded_payment_method_types?: string[];
}): Partial<SetupIntentRow> {
  const { payment_method_types: types, allowed_payment_method_types: allowed } = sent;
  const { excluded_payment_method_types: excluded } = sent;
  checkTypes([...(types ?? []), ...(allowed ?? []), ...(excluded ?? [])], undefined);
  return given({
    allowed_payment_method_types: allowed,
    excluded_payment_method_types: excluded,
    payment_method_types: types ?? allowed,
  });
}

function confirmSetup(unit: Unit, id: string, attempt: Attempt): Json {
  const outcome = attemptSetup(unit, id, attempt);
  const shown = unit.show('setup_intent', id);
  if (outcome.is !== 'declined') return shown;
  throw declineProblem(
    outcome.decline,
    {
      setup_intent: shown,
      payment_method: (shown.last_setup_error as { payment_method?: unknown } | null)?.payment_method,
    },
    true,
  );
}

function intentOf(unit: Unit, id = '', secret: string | undefined, key: 'secret' | 'publishable'): SetupIntentRow {
  const row = unit.find('setup_intent', id);
  if (row === undefined) throw missing('setupintent', id, 'intent', 404);
  checkSecret(row.client_secret, secret, key, 'SetupIntent');
  return row;
}

function seen(unit: Unit, row: SetupIntentRow, key: 'secret' | 'publishable'): Json {
  const shown = unit.view('setup_intent', row);
  return key === 'secret' ? shown : publicView(shown);
}

import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { accepted, hash, needed, oneOf, text, webAddress } from '../../api/params.js';
import { retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import { paymentMethodOf } from '../payment-method/attach.js';
import { createMethod, paymentMethodData } from '../payment-method/operations.js';
import { addressParam, fullAddress } from '../shared/params.js';
import { unusable } from './use.js';
import type { ConfirmationTokenRow } from './row.js';

const TWELVE_HOURS = 12 * 3600;

/** What a customer entered, for a server that confirms (https://docs.stripe.com/api/confirmation_tokens). */
export const confirmationTokenOperations: readonly Operation[] = [
  operation(
    'POST /v1/test_helpers/confirmation_tokens',
    {
      payment_method: text(),
      payment_method_data: paymentMethodData(),
      payment_method_options: accepted(),
      return_url: webAddress(5000, 'app'),
      setup_future_usage: oneOf('off_session', 'on_session'),
      shipping: hash({ address: needed(addressParam()), name: needed(text()), phone: text() }),
    },
    ({ unit, params }) => {
      const method =
        params.payment_method_data === undefined
          ? paymentMethodOf(unit, params.payment_method ?? missingMethod(), 'payment_method')
          : createMethod(unit, params.payment_method_data, 'payment_method_data[card]');
      const row = unit.insert('confirmation_token', {
        id: newId('ctoken'),
        object: 'confirmation_token',
        created: unit.now,
        expires_at: unit.now + TWELVE_HOURS,
        livemode: false,
        mandate_data: null,
        metadata: null,
        payment_intent: null,
        payment_method_options: null,
        payment_method_preview: previewOf(unit, method.id),
        return_url: params.return_url ?? null,
        setup_future_usage: params.setup_future_usage ?? null,
        setup_intent: null,
        shipping:
          params.shipping === undefined
            ? null
            : {
                address: fullAddress(params.shipping.address) ?? noAddress,
                name: params.shipping.name,
                phone: params.shipping.phone ?? null,
              },
        use_stripe_sdk: true,
        hidden: { method: method.id },
      });
      return unit.view('confirmation_token', row);
    },
  ),
  retrieveOperation('/v1/confirmation_tokens', 'confirmation_token'),
];

const noAddress = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };

function missingMethod(): never {
  throw unusable('Missing required param: payment_method.', 'payment_method', 'parameter_missing');
}

function previewOf(unit: Unit, id: string): ConfirmationTokenRow['payment_method_preview'] {
  const { type, billing_details, customer, customer_account, ...method } = unit.need('payment_method', id);
  const own = (method as unknown as Record<string, unknown>)[type];
  return { type, billing_details, customer, customer_account, [type]: own };
}

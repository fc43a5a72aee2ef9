import type Stripe from 'stripe';
import { operation } from '../../api/operation.js';
import { text, unbuilt } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { newId, randomText } from '../../state/id.js';
import type { Noun } from '../../state/noun.js';
import type { Json } from '../../state/rows.js';

const AN_HOUR = 3600;

/** `secret` is shown once. `associated_objects` is in Stripe's answer, and the mobile SDKs read it. */
type EphemeralKeyRow = Stripe.EphemeralKey & { associated_objects: { id: string; type: string }[] };

/**
 * Keys for the mobile SDKs (https://docs.stripe.com/mobile/digital-goods). Like every test key, the secret opens the account
 * here; it does not end after the hour that it names.
 */
export const ephemeralKey: Noun<EphemeralKeyRow> = {
  title: 'ephemeral key',
  prefix: 'ephkey',
  operations: [
    operation(
      'POST /v1/ephemeral_keys',
      { customer: text(), issuing_card: unbuilt(), nonce: unbuilt(), verification_session: text() },
      ({ unit, params }) => {
        const { customer, verification_session: session } = params;
        const associated: EphemeralKeyRow['associated_objects'] = [];
        if (customer !== undefined) {
          associated.push({ id: unit.need('customer', customer, 'customer').id, type: 'customer' });
        }
        if (session !== undefined) {
          const { id } = unit.need('identity.verification_session', session, 'verification_session');
          associated.push({ id, type: 'identity.verification_session' });
        }
        if (associated.length !== 1) {
          throw invalid('Exactly one of the following is needed: customer, issuing_card, verification_session.');
        }
        const row = unit.insert('ephemeral_key', {
          id: newId('ephkey'),
          object: 'ephemeral_key',
          associated_objects: associated,
          created: unit.now,
          expires: unit.now + AN_HOUR,
          livemode: false,
        });
        return { ...(row as unknown as Json), secret: `rk_test_ephemeral_${randomText(40)}` };
      },
    ),
    operation('DELETE /v1/ephemeral_keys/:id', {}, ({ unit, at }) => {
      const row = unit.need('ephemeral_key', at.id ?? '');
      unit.remove('ephemeral_key', row.id);
      return { ...(row as unknown as Json), expires: unit.now };
    }),
  ],
};

import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { listOperation, sublist } from '../../api/list.js';
import { emptyable, integer, mergeMetadata, metadata, needed, text, unbuiltAll } from '../../api/params.js';
import { missing, notBuilt } from '../../api/problem.js';
import { deletedStub, given } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Json } from '../../state/rows.js';
import type { PaymentMethodRow } from '../payment-method/row.js';
import type { Unit } from '../../state/unit.js';
import { attach, newCard } from '../payment-method/attach.js';
import { useToken } from '../token/use.js';
import { cardView } from './view.js';

/**
 * The older way to save a card: a token becomes a card of the customer. Here it is a payment method with a `card_…` id,
 * which Stripe accepts as one too. Stripe has removed sources of other kinds, so they are refused.
 */
export function attachSource(unit: Unit, token: string, customer: string): PaymentMethodRow {
  if (token.startsWith('src_')) throw notBuilt('the deprecated Sources API');
  const { card, billing } = useToken(unit, token, 'source');
  const method = newCard(unit, card, billing, newId('card'));
  return attach(unit, method.id, customer, 'source');
}

/** `customer.source.created`, whichever call the card came by. */
export const tellSource = (unit: Unit, id: string): void =>
  unit.emit('customer.source.created', 'payment_method', id, cardView(unit.need('payment_method', id)));

export const sourceOperations: readonly Operation[] = [
  operation(
    'POST /v1/customers/:customer/sources',
    { source: needed(text()), metadata: metadata(), ...unbuiltAll('validate') },
    ({ unit, at, params }) => {
      const customer = unit.need('customer', at.customer ?? '');
      const row = attachSource(unit, params.source, customer.id);
      tellSource(unit, row.id);
      if (customer.default_source === null) unit.update('customer', customer.id, { default_source: row.id });
      return cardView(row);
    },
  ),
  operation('GET /v1/customers/:customer/sources/:id', {}, ({ unit, at }) => cardView(own(unit, at.customer, at.id))),
  operation(
    'POST /v1/customers/:customer/sources/:id',
    {
      exp_month: integer(1, 12),
      exp_year: integer(2000, 2100),
      metadata: metadata(),
      name: emptyable(text()),
      ...unbuiltAll('account_holder_name', 'account_holder_type', 'address_city', 'address_country', 'address_line1'),
      ...unbuiltAll('address_line2', 'address_state', 'address_zip', 'owner'),
    },
    ({ unit, at, params }) => {
      const row = own(unit, at.customer, at.id);
      const patch = given({
        metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
        billing_details: params.name === undefined ? undefined : { ...row.billing_details, name: params.name },
        card:
          row.card === undefined
            ? undefined
            : { ...row.card, ...given({ exp_month: params.exp_month, exp_year: params.exp_year }) },
      });
      const changed = unit.update('payment_method', row.id, patch, [
        { name: 'customer.source.updated', view: cardView },
      ]);
      return cardView(changed);
    },
  ),
  operation('DELETE /v1/customers/:customer/sources/:id', {}, ({ unit, at }) => {
    const row = own(unit, at.customer, at.id);
    unit.emit('customer.source.deleted', 'payment_method', row.id, cardView(row));
    unit.remove('payment_method', row.id, []);
    const customer = unit.need('customer', at.customer ?? '');
    if (customer.default_source === row.id) unit.update('customer', customer.id, { default_source: null });
    return deletedStub(row.id, 'card');
  }),
  listOperation('/v1/customers/:id/sources', {
    type: 'payment_method',
    parent: { type: 'customer', field: 'customer' },
    filters: { object: { param: text(), test: (_row, object: string) => object === 'card' } },
    only: ({ id }) => id.startsWith('card_'),
    view: cardView,
  }),
];

/** `default_source`, when asked for: a card in its older shape. */
export function sourceOf(id: string, unit: Unit): Json {
  const row = unit.need('payment_method', id);
  return id.startsWith('card_') ? cardView(row) : unit.view('payment_method', row);
}

/** `customer.sources`, when asked for. */
export function sourcesOf(id: string, unit: Unit): Json {
  const cards = unit.all('payment_method', 'customer', id).filter((row) => row.id.startsWith('card_'));
  return sublist(`/v1/customers/${id}/sources`, cards.reverse().map(cardView));
}

function own(unit: Unit, customer = '', id = ''): PaymentMethodRow {
  unit.need('customer', customer);
  const row = unit.find('payment_method', id);
  if (row === undefined || row.customer !== customer || !id.startsWith('card_')) throw missing('source', id, 'id', 404);
  return row;
}

import type Stripe from 'stripe';
import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import type { Values } from '../../api/params.js';
import {
  accepted,
  decimal,
  emptyable,
  flag,
  fraction,
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
import { invalid } from '../../api/problem.js';
import { deletedStub, given, retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import { previousAttributes } from '../../state/previous.js';
import type { Unit } from '../../state/unit.js';
import { createPrice } from '../price/create.js';
import { currencyOptionsParam } from '../price/currency-options.js';
import { customAmountParam } from '../price/custom-amount.js';
import { currencyParam } from '../shared/params.js';

const dimensions = () =>
  hash({
    height: needed(fraction(0, 1e9)),
    length: needed(fraction(0, 1e9)),
    weight: needed(fraction(0, 1e9)),
    width: needed(fraction(0, 1e9)),
  });
const features = () => listOf(hash({ name: needed(text(80)) }), 15);

const createParams = {
  name: needed(text()),
  active: flag(),
  default_price_data: hash({
    currency: needed(currencyParam()),
    metadata: metadata(),
    recurring: hash({ interval: needed(oneOf('day', 'week', 'month', 'year')), interval_count: integer(1, 1095) }),
    tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified'),
    unit_amount: integer(0, 99_999_999),
    unit_amount_decimal: decimal(),
    currency_options: currencyOptionsParam(),
    custom_unit_amount: customAmountParam(),
  }),
  description: emptyable(text(40_000)),
  id: text(),
  images: listOf(webAddress(), 8),
  marketing_features: features(),
  metadata: metadata(),
  package_dimensions: emptyable(dimensions()),
  shippable: flag(),
  statement_descriptor: text(22),
  tax_code: text(),
  tax_details: accepted(),
  type: oneOf('good', 'service'),
  unit_label: emptyable(text(12)),
  url: emptyable(webAddress()),
};

const updateParams = {
  active: flag(),
  default_price: emptyable(text()),
  description: emptyable(text(40_000)),
  images: emptyable(listOf(webAddress(), 8)),
  marketing_features: emptyable(features()),
  metadata: metadata(),
  name: text(),
  package_dimensions: emptyable(dimensions()),
  shippable: flag(),
  statement_descriptor: emptyable(text(22)),
  tax_code: emptyable(text()),
  tax_details: accepted(),
  unit_label: emptyable(text(12)),
  url: emptyable(webAddress()),
};

export const productOperations: readonly Operation[] = [
  operation('POST /v1/products', createParams, ({ unit, params }) => {
    const { default_price_data, ...sent } = params;
    const row = unit.insertUnannounced('product', newProduct(unit, sent));
    if (default_price_data !== undefined) {
      const price = createPrice(unit, { ...default_price_data, product: row.id });
      unit.update('product', row.id, { default_price: price.id });
    }
    return unit.view('product', unit.announce('product', row.id));
  }),
  retrieveOperation('/v1/products', 'product'),
  operation('POST /v1/products/:id', updateParams, ({ unit, at, params }) => {
    const row = unit.need('product', at.id ?? '');
    if (params.default_price) ownPrice(unit, params.default_price, row.id);
    return unit.view('product', unit.update('product', row.id, changes(unit, row, params)));
  }),
  operation('DELETE /v1/products/:id', {}, ({ unit, at }) => {
    const { id } = unit.need('product', at.id ?? '');
    if (unit.all('price', 'product', id).length > 0) {
      throw invalid(`This product cannot be deleted because it has one or more user-created prices.`, 'id');
    }
    unit.remove('product', id);
    return deletedStub(id, 'product');
  }),
  listOperation('/v1/products', {
    type: 'product',
    filters: {
      active: { param: flag(), field: 'active' },
      created: range('created'),
      ids: { param: listOf(text()), test: (row, ids: string[]) => ids.includes(row.id) },
      shippable: { param: flag(), field: 'shippable' },
      type: { param: text(), field: 'type' },
      url: { param: text(), field: 'url' },
    },
  }),
];

type ProductSent = Partial<Omit<Values<typeof createParams>, 'name' | 'default_price_data'>> & { name: string };

/** A product that is created together with a price or plan. */
export function createProduct(unit: Unit, sent: ProductSent): Stripe.Product {
  return unit.insert('product', newProduct(unit, sent));
}

/** @throws Problem when the chosen id is taken. */
function newProduct(unit: Unit, sent: ProductSent): Stripe.Product {
  if (sent.id !== undefined && unit.find('product', sent.id) !== undefined) {
    throw invalid('Product already exists.', 'id', 'resource_already_exists');
  }
  return {
    id: sent.id ?? newId('prod'),
    object: 'product',
    active: sent.active ?? true,
    created: unit.now,
    default_price: null,
    description: sent.description ?? null,
    images: sent.images ?? [],
    livemode: false,
    marketing_features: sent.marketing_features ?? [],
    metadata: mergeMetadata(null, sent.metadata),
    name: sent.name,
    package_dimensions: sent.package_dimensions ?? null,
    shippable: sent.shippable ?? null,
    statement_descriptor: sent.statement_descriptor ?? null,
    tax_code: sent.tax_code ?? null,
    tax_details: null,
    type: sent.type ?? 'service',
    unit_label: sent.unit_label ?? null,
    updated: unit.now,
    url: sent.url ?? null,
  };
}

function changes(unit: Unit, row: Stripe.Product, sent: Values<typeof updateParams>): Partial<Stripe.Product> {
  const patch = given({
    active: sent.active,
    default_price: sent.default_price,
    description: sent.description,
    images: sent.images === null ? [] : sent.images,
    marketing_features: sent.marketing_features === null ? [] : sent.marketing_features,
    metadata: sent.metadata === undefined ? undefined : mergeMetadata(row.metadata, sent.metadata),
    name: sent.name,
    package_dimensions: sent.package_dimensions,
    shippable: sent.shippable,
    statement_descriptor: sent.statement_descriptor,
    tax_code: sent.tax_code,
    unit_label: sent.unit_label,
    url: sent.url,
  });
  const differs = previousAttributes({ ...row }, { ...row, ...patch }) !== undefined;
  return differs ? { ...patch, updated: unit.now } : {};
}

function ownPrice(unit: Unit, price: string, productId: string): void {
  const row = unit.need('price', price, 'default_price');
  if (row.product !== productId) {
    throw invalid(
      `The price '${price}' belongs to another product, so it cannot be the default price of '${productId}'.`,
      'default_price',
    );
  }
  if (!row.active) throw invalid(`The default price must be active; '${price}' is not.`, 'default_price');
}

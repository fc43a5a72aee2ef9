import { listOperation } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { needed, text } from '../../api/params.js';
import { missing } from '../../api/problem.js';
import { deletedStub } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { ProductFeatureRow } from './row.js';
import type { Unit } from '../../state/unit.js';

export const productFeatureOperations: readonly Operation[] = [
  operation('POST /v1/products/:product/features', { entitlement_feature: needed(text()) }, ({ unit, at, params }) => {
    const product = unit.need('product', at.product ?? '');
    const { id } = unit.need('entitlements.feature', params.entitlement_feature, 'entitlement_feature');
    const row = unit.insert('product_feature', {
      id: newId('prodft'),
      object: 'product_feature',
      entitlement_feature: id,
      livemode: false,
      hidden: { product: product.id },
    });
    return unit.view('product_feature', row);
  }),
  operation('GET /v1/products/:product/features/:id', {}, ({ unit, at }) =>
    unit.view('product_feature', own(unit, at.product, at.id)),
  ),
  operation('DELETE /v1/products/:product/features/:id', {}, ({ unit, at }) => {
    const row = own(unit, at.product, at.id);
    unit.remove('product_feature', row.id);
    return deletedStub(row.id, 'product_feature');
  }),
  listOperation('/v1/products/:id/features', {
    type: 'product_feature',
    parent: { type: 'product', field: 'hidden.product' },
    filters: {},
  }),
];

function own(unit: Unit, product = '', id = ''): ProductFeatureRow {
  unit.need('product', product);
  const row = unit.find('product_feature', id);
  if (row === undefined || row.hidden.product !== product) throw missing('product feature', id, 'id', 404);
  return row;
}

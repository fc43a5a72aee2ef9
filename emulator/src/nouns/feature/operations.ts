import type Stripe from 'stripe';
import { listOperation } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { flag, mergeMetadata, metadata, needed, text } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given, retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';

export const featureOperations: readonly Operation[] = [
  operation(
    'POST /v1/entitlements/features',
    { lookup_key: needed(text(80)), name: needed(text(80)), metadata: metadata() },
    ({ unit, params }) => {
      if (unit.all('entitlements.feature', 'lookup_key', params.lookup_key).length > 0) {
        throw invalid(`A feature with the lookup key '${params.lookup_key}' already exists.`, 'lookup_key');
      }
      const row: Stripe.Entitlements.Feature = {
        id: newId('feat'),
        object: 'entitlements.feature',
        active: true,
        livemode: false,
        lookup_key: params.lookup_key,
        metadata: mergeMetadata(null, params.metadata),
        name: params.name,
      };
      return unit.view('entitlements.feature', unit.insert('entitlements.feature', row));
    },
  ),
  retrieveOperation('/v1/entitlements/features', 'entitlements.feature'),
  operation(
    'POST /v1/entitlements/features/:id',
    { active: flag(), metadata: metadata(), name: text(80) },
    ({ unit, at, params }) => {
      const row = unit.need('entitlements.feature', at.id ?? '');
      const patch = given({
        active: params.active,
        metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
        name: params.name,
      });
      return unit.view('entitlements.feature', unit.update('entitlements.feature', row.id, patch));
    },
  ),
  listOperation('/v1/entitlements/features', {
    type: 'entitlements.feature',
    filters: {
      archived: { param: flag(), test: (row, archived: boolean) => row.active !== archived },
      lookup_key: { param: text(), field: 'lookup_key' },
    },
  }),
];

import { consequencesOf } from './consequences.js';
import type { GeneratedKind, GeneratedObject, GeneratedSubList } from './generated-object.js';
import { generated } from './generated/objects.js';
import type { CatalogObject, Column, SubList } from './object.js';
import { overrides, type Override } from './overrides.js';
import { tableName } from './table-name.js';

/** The columns of every mirror table. A Stripe field with such a name becomes the column `stripe_…`. */
export const ownColumns: ReadonlySet<string> = new Set([
  'account',
  'as_of',
  'data',
  'deleted',
  'digest',
  'id',
  'livemode',
  'owner',
  'proven_at',
]);

/** Every object type of Stripe's API, sorted by name: the SDK's facts with the overrides applied. */
export const objects: readonly CatalogObject[] = catalogFrom(generated);

/** The catalog of another version of the SDK, with this version's overrides. */
export function catalogFrom(found: readonly GeneratedObject[]): CatalogObject[] {
  return found.map((one) => merge(one, overrideOf(one)));
}

function overrideOf(found: GeneratedObject): Override {
  return (overrides as Partial<Record<string, Override>>)[found.object] ?? {};
}

function merge(found: GeneratedObject, override: Override): CatalogObject {
  const noTable = override.noTable ?? null;
  return {
    object: found.object,
    table: noTable === null ? (override.table ?? tableName(found.object)) : null,
    noTable,
    key: override.key ?? (found.hasId ? 'id' : 'none'),
    hasLivemode: found.hasLivemode,
    retrieve: found.retrieve,
    nestedRetrieve: found.nestedRetrieve,
    assembled: override.assembled ?? false,
    lists: found.lists.filter((list) => !override.notLists?.includes(list.path)),
    listPasses: override.listPasses ?? [{}],
    listsApart: override.listsApart ?? false,
    listParents: override.listParents ?? {},
    listExpand: override.listExpand ?? [],
    listedFirst: override.listedFirst ?? null,
    comparedOnRequest: override.comparedOnRequest ?? false,
    emptyWithout: override.emptyWithout ?? null,
    deletionIsChange: override.deletionIsChange ?? false,
    movedByPayment: override.movedByPayment ?? false,
    changedWith: override.changedWith ?? {},
    consequences: consequencesOf(found),
    expand: override.expand ?? [],
    lookInto: override.lookInto ?? [],
    volatile: override.volatile ?? [],
    search: found.search,
    deletable: found.deletable,
    events: found.events,
    columns: Object.entries(found.columns).map(([field, kind]) => column(field, override.columns?.[field] ?? kind)),
    subLists: Object.entries(found.subLists).map(([field, list]) => subList(field, list, override)),
    secrets: override.secrets ?? [],
  };
}

function column(field: string, kind: GeneratedKind | 'reference'): Column {
  const name = ownColumns.has(field) ? `stripe_${field}` : field;
  return typeof kind === 'string' ? { name, field, kind } : { name, field, kind: 'reference', references: kind };
}

function subList(field: string, found: GeneratedSubList, override: Override): SubList {
  return {
    field,
    objects: found.objects,
    path: found.path,
    query: found.query,
    ...override.subLists?.[field],
    owned: override.owns?.includes(field) ?? false,
  };
}

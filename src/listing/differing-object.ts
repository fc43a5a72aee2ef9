import { onlySweptReason } from '../catalog/only-swept.js';
import { fieldDifferences, type FieldDifference } from '../mirror/field-difference.js';
import { rowsOf } from '../mirror/row.js';
import type { Cause } from './drift/cause.js';
import type { Judged } from './judge.js';

/** An object in which the mirror and Stripe differ. Secrets are in neither side's values. */
export interface DifferingObject {
  /** As Stripe has it. */
  id: string;
  /** `missing`: at Stripe and not in the mirror. `extra`: in the mirror and not at Stripe. `different`: in both. */
  how: 'missing' | 'extra' | 'different';
  /** The first ten fields that differ. */
  fields: FieldDifference[];
  /** How many more there are. */
  moreFields: number;
  /** Why only a sweep can find this difference; null: an event or a proof leads to it, so that it is drift. */
  onlySwept: string | null;
  /** Why the mirror differs. */
  cause: Cause;
  /** What the cause was seen by, such as a reason or the id of an event; null: the cause says it all. */
  causeDetail: string | null;
}

/** An object that was found not to be equal, although the mirror is not wrong about it, or knows that it may be. */
export interface ExcusedObject {
  /** As Stripe has it. */
  id: string;
  /** As of an object that differs. */
  how: DifferingObject['how'];
  /** `waiting`, `failed`: it waits for its proof. `hidden`: Stripe has it and did not list it. */
  cause: Cause;
  /** As of an object that differs. */
  causeDetail: string | null;
}

/** An object that differs, before the cause is looked for. */
export type UnexplainedObject = Omit<DifferingObject, 'cause' | 'causeDetail'>;

export function differingObject({ key, object, ours, children, verdict }: Judged): UnexplainedObject {
  const gone = object.deleted === true;
  const how = gone ? 'extra' : verdict === 'missing' || ours === null ? 'missing' : 'different';
  const { fields, more } =
    how === 'different' && ours !== null ? fieldDifferences(key.type, object, ours) : { fields: [], more: 0 };
  const below =
    how === 'different' && fields.length === 0 && ours !== null ? childDifferences(key, ours, children) : [];
  return {
    id: key.id,
    how,
    fields: [...fields, ...below],
    moreFields: more,
    onlySwept: onlySweptReason(key.type, { ours, theirs: gone ? null : object }) ?? null,
  };
}

/** The differences of the children's rows, if the object's own row is right. */
function childDifferences(
  key: Judged['key'],
  ours: NonNullable<Judged['ours']>,
  children: Judged['children'],
): FieldDifference[] {
  const standing = new Map(children.filter(({ deleted }) => !deleted).map((child) => [child.id, child]));
  const wanted = rowsOf(key, ours, { provenAt: null, asOf: new Date(0) }).rows.filter(({ owner }) => owner !== null);
  const found = wanted.flatMap(({ type, id, data }): FieldDifference[] => {
    const child = standing.get(id);
    standing.delete(id);
    if (child === undefined) return [{ path: `${type}[${id}]`, stripe: id }];
    const { fields } = fieldDifferences(type, data, child.data);
    return fields.map((field) => ({ ...field, path: `${type}[${id}].${field.path}` }));
  });
  const extra = [...standing.values()].map(({ type, id }): FieldDifference => ({ path: `${type}[${id}]`, ours: id }));
  return [...found, ...extra].slice(0, 10);
}

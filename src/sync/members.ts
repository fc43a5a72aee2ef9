import { catalogOf, isReadable, ownedObjects } from '../catalog/catalog.js';
import { hintAt } from '../inbox/hint.js';
import type { Marks } from '../inbox/marks.js';
import { keyText, type ObjectKey } from '../kernel/source.js';
import { compare } from '../mirror/compare.js';
import type { Mirror } from '../mirror/mirror.js';
import type { Queryable } from '../store/database.js';
import type { StripeObject } from '../stripe/gateway.js';

export interface MembersParts {
  marks: Marks;
  mirror: Mirror;
}

/**
 * Members of a sub-list that have a life of their own (an account's external accounts) are objects: their parent's list
 * only hints at those that do not stand in the mirror as it shows them. In the transaction that writes the parent.
 */
export async function hintAtMembers(
  tx: Queryable,
  { marks, mirror }: MembersParts,
  owner: ObjectKey,
  object: StripeObject,
  now: Date,
): Promise<void> {
  const members = membersOf(owner, object);
  if (members.length === 0) return;
  const standing = await mirror.readMarked(
    tx,
    members.map(({ key }) => key),
  );
  const hints = members
    .filter(({ key, data }) => {
      const { row, marked } = standing.get(keyText(key)) ?? { row: undefined, marked: false };
      return !marked && (row === undefined || row.deleted || compare(key.type, data, row.data) === 'different');
    })
    .map(({ key, parents }) => ({ ...hintAt(key), parents }));
  await marks.mark(tx, hints, now);
}

function membersOf(
  { account, livemode, type, id }: ObjectKey,
  object: StripeObject,
): { key: ObjectKey; data: StripeObject; parents: Record<string, string> }[] {
  const entry = catalogOf(type);
  return (entry?.subLists ?? []).flatMap(({ field, objects, owned }) => {
    const list = object[field] as { data?: unknown } | null | undefined;
    if (owned || !Array.isArray(list?.data)) return [];
    return (list.data as StripeObject[]).flatMap((data) => {
      const member = objects.find((name) => name === data.object);
      const known = member === undefined ? undefined : catalogOf(member);
      if (known?.table == null || known.key !== 'id' || typeof data.id !== 'string') return [];
      if (!isReadable(known) || ownedObjects.has(known.object)) return [];
      const key = { account, livemode, type: known.object, id: data.id };
      return [{ key, data, parents: { [type.split('.').at(-1) as string]: id } }];
    });
  });
}

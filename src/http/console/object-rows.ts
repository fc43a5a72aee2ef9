import * as v from 'valibot';
import { typeOfId } from '../../catalog/id-prefix.js';
import type { ObjectKey } from '../../kernel/source.js';
import { compareObject } from '../../operate/console/object-view.js';
import { act, Flag, look, Note, Text, type ConsoleParts, type ConsoleRoute } from './route.js';

const KeyQuery = v.strictObject({ account: Text, livemode: Flag, type: Text, id: Text });
const KeyBody = v.strictObject({ account: Text, livemode: v.boolean(), type: Text, id: Text, note: Note });
const Id = v.strictObject({ id: Text });

/** How long the page waits for a proof. Later ones come by themselves. */
const WAIT_MS = 8_000;

const keyOf = ({ account, livemode, type, id }: ObjectKey): ObjectKey => ({ account, livemode, type, id });

const compare = ({ engine }: ConsoleParts, key: ObjectKey, showPersonal: boolean) =>
  compareObject(
    { database: engine.database, mirror: engine.mirror, read: (asked) => engine.objects.read(asked) },
    keyOf(key),
    { showPersonal },
  );

/** One object: what is known of it, both sides, and its proof. */
export const objectRows: readonly ConsoleRoute[] = [
  look('/object', Id, async ({ reports }, { id }) => {
    const story = await reports.explain(id);
    return { ...story, guesses: story.rows.length + story.marks.length > 0 ? [] : await guessKeys(reports, id) };
  }),
  look('/object/compare', KeyQuery, (parts, key) => compare(parts, key, false)),
  act('/object/reveal', KeyBody, { action: 'showed personal data', target: ({ id }) => id }, async (parts, key) => ({
    result: await compare(parts, key, true),
    outcome: 'shown',
  })),
  act('/object/prove', KeyBody, { action: 'prove', target: ({ id }) => id }, async ({ engine }, key) => {
    const proven = await engine.objects.prove(keyOf(key), WAIT_MS);
    return { result: { proven }, outcome: proven ? 'proven' : 'marked; it is proven later' };
  }),
];

/** Of an id that the database does not know: what it may be at Stripe. */
async function guessKeys(reports: ConsoleParts['reports'], id: string): Promise<ObjectKey[]> {
  const type = typeOfId(id);
  if (type === undefined) return [];
  const { sources } = await reports.status();
  return sources.map(({ account, livemode }) => ({ account, livemode, type, id }));
}

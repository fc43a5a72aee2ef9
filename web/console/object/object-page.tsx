import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import type { StoryJson } from '../../../src/http/console/answers.js';
import { Empty } from '../../shared/empty.js';
import { Id } from '../../shared/id.js';
import { href } from '../../shared/route.js';
import { Failed } from '../../shared/table.js';
import { ask } from '../api.js';
import { changed } from '../live.js';
import { useFetched } from '../load.js';
import { History } from './history.js';
import { SideBySide } from './side-by-side.js';

export interface Key {
  account: string;
  livemode: boolean;
  type: string;
  id: string;
}

/** One object: Stripe's answer beside the row, and everything that is known of it. */
export function ObjectPage({ id }: { id: string }): VNode {
  const story = useFetched(id, () => ask<StoryJson>('/object', { id }));
  useEffect(() => {
    if (changed.value.includes(id)) story.again();
  }, [changed.value]);
  const known = story.value.value;
  if (known === undefined && story.failed.value !== null)
    return <Failed reason={story.failed.value} onRetry={story.again} />;
  if (known === undefined) return <p class="page soft">Reading …</p>;
  const keys = keysOf(known);
  return (
    <div class="page">
      <header class="head">
        <div class="fill">
          <h1>{keys[0] === undefined ? 'Object' : keys[0].type.replaceAll(/[_.]/g, ' ')}</h1>
          <p>
            <Id value={id} />
          </p>
        </div>
        <a {...{ class: 'button', href: href('events', null, { object: id }) }}>Its events</a>
        {keys.some(({ type }) => type === 'customer') && (
          <a {...{ class: 'button', href: href('customers', id) }}>Customer page</a>
        )}
      </header>
      {known.erased.length > 0 && (
        <p class="soft">
          This {known.erased[0]?.type.replaceAll(/[_.]/g, ' ')} was erased. What Stripe reports about it is left out.
        </p>
      )}
      {keys.length === 0 && known.erased.length === 0 && (
        <Empty title="Nothing is known of this ID">
          The database has no row, mark, event, or difference of it. Check the ID, and that its account is mirrored.
        </Empty>
      )}
      {keys.map((key) => (
        <SideBySide key={`${key.account} ${key.livemode} ${key.type}`} of={key} onProven={story.again} />
      ))}
      <History story={known} />
    </div>
  );
}

/** Every account and type in which the id is known. Usually one. */
function keysOf({ rows, marks, events, drift, guesses, id }: StoryJson): Key[] {
  const found = new Map<string, Key>();
  const note = ({ account, livemode, type }: Omit<Key, 'id'>): void => {
    found.set(`${account} ${livemode} ${type}`, { account, livemode, type, id });
  };
  [...rows, ...marks, ...drift].forEach(note);
  for (const { account, livemode, objectType } of events)
    if (objectType !== null) note({ account, livemode, type: objectType });
  if (found.size === 0) guesses.forEach(note);
  return [...found.values()];
}

import type { Answer } from './answers.js';
import { render } from './answers.js';
import { kinds, type Json } from './kinds.js';
import { standing, type Change, type Thing, type Things } from './store.js';

/** What one idempotency key did. */
export interface Written {
  thing: Thing;
  version: number;
}

export interface Writes {
  /** What a POST answers. It does something once for each key, and answers the same to it ever after. */
  answer(path: string, fields: URLSearchParams, key: string): Answer;
  /** By idempotency key. */
  readonly done: ReadonlyMap<string, Written>;
}

/** A POST to `/v1/customers` makes one, to `/v1/customers/{id}` changes it: its name and its metadata. */
export function createWrites(things: Things, tell: (change: Change) => void): Writes {
  const done = new Map<string, Written>();
  const answers = new Map<string, Answer>();

  const act = (path: string, fields: Json): Change | undefined => {
    for (const [type, { path: own }] of Object.entries(kinds)) {
      if (path === own) return things.make(type, fields);
      const thing = own !== null && path.startsWith(`${own}/`) ? things.all.get(path.slice(own.length + 1)) : undefined;
      if (thing !== undefined && standing(thing) !== null) return things.set(thing, fields);
    }
    return undefined;
  };

  return {
    done,
    answer(path, fields, key) {
      const before = answers.get(key);
      if (before !== undefined) return before;
      const change = act(path, {
        ...{ name: fields.get('name'), metadata: { intent: fields.get('metadata[intent]') } },
      });
      if (change === undefined) {
        const error = {
          type: 'invalid_request_error',
          code: 'resource_missing',
          param: 'id',
          message: 'no such object',
        };
        return { status: 404, body: { error } };
      }
      tell(change);
      done.set(key, { thing: change.thing, version: change.version });
      const answer = { status: 200, body: render(change.thing.type, change.object) };
      answers.set(key, answer);
      return answer;
    },
  };
}

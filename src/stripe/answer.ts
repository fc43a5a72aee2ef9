import { isUtf8 } from 'node:buffer';
import { catalogOf, ownedObjects, type CatalogObject, type SubList } from '../catalog/catalog.js';
import { rowId } from '../catalog/identity.js';
import { UnusableAnswer, type Unusable, type UnusableFacts } from './unusable.js';

/** A JSON object. */
export type JsonObject = Record<string, unknown>;

/** An answer that has arrived completely. */
export interface RawAnswer {
  /** The path of the request: `/v1/customers/cus_1`. */
  path: string;
  status: number;
  /** The names are in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  body: Uint8Array;
}

/**
 * Returns the JSON object of an answer that has one of Stripe's two forms: 200 with an object, or an error status with
 * an error. The content is checked later, by the functions below and the SDK.
 * @throws UnusableAnswer
 */
export function jsonOf({ path, status, headers, body }: RawAnswer): JsonObject {
  const facts: UnusableFacts = { httpStatus: status, requestId: requestIdOf(headers) };
  const refuse = (reason: Unusable, message: string): UnusableAnswer => new UnusableAnswer(reason, message, facts);
  if (status >= 300 && status < 400)
    throw refuse('redirected', `redirected with status ${status}, instead of an answer`);
  const json = parsed(headers, body);
  if (status === 200) {
    if (typeof json === 'string') throw refuse('not_json', `answered with ${json}, not with an object of Stripe`);
    if ('error' in json) throw refuse('status', 'answered with status 200 and an error');
    return json;
  }
  if (status < 400 || typeof json === 'string' || !isStripeError(json, path)) {
    throw refuse('status', `answered with status ${status}, and not in Stripe's form`);
  }
  return json;
}

/** The object, or a text that says what the body is instead. */
function parsed(headers: RawAnswer['headers'], body: Uint8Array): JsonObject | string {
  const type = headers['content-type'] ?? 'no content type';
  if (!/^application\/json *(;|$)/i.test(type)) return 'another content type';
  const charset = /;\s*charset="?([^";\s]+)/i.exec(type)?.[1]?.toLowerCase() ?? 'utf-8';
  if (!/^(utf-?8|us-ascii)$/.test(charset) || !isUtf8(body)) return 'another character set';
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') return 'a packed body';
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch {
    return 'text that is not JSON'; // the parser's own message would quote the text
  }
  return isObject(json) ? json : 'a JSON value that is not an object';
}

/** Every type of error in API v1, including older versions. */
const errorTypes = new Set<unknown>([
  'api_error',
  'authentication_error',
  'card_error',
  'idempotency_error',
  'invalid_request_error',
  'permission_error',
  'rate_limit_error',
]);

// Gateways in front of Stripe answer with errors too, such as `{ "error": { "code": 503, … } }`. So the type must be
// one of Stripe's. In API v2, every error has a code, but not every one has a type.
function isStripeError({ error }: JsonObject, path: string): boolean {
  if (!isObject(error)) return false;
  return errorTypes.has(error['type']) || (path.startsWith('/v2/') && typeof error['code'] === 'string');
}

export function requestIdOf(headers: RawAnswer['headers']): string | undefined {
  return headers['request-id']?.slice(0, 100);
}

/** What is expected of an object in an answer. */
export interface Expected {
  /** The types that it may have. Empty: any. */
  objects: readonly string[];
  /** The expected id. Undefined for a new object, and for a member of a list. */
  id?: string | undefined;
  livemode: boolean;
  /** Whether the id may be missing. */
  preview?: boolean;
}

/** What is expected of a list. `after` is the cursor of the request. */
export interface ExpectedList extends Omit<Expected, 'id'> {
  after?: string | undefined;
}

/** Why an answer is refused: the kind, and a text. Undefined if it is not refused. */
type Objection = readonly [Unusable, string] | undefined;

/** Compares an object with what is expected. */
export function objectionTo(object: unknown, { objects, id, livemode, preview = false }: Expected): Objection {
  if (!isObject(object) || typeof object['object'] !== 'string') return ['not_an_object', 'it is not a Stripe object'];
  const type = object['object'];
  if (objects.length > 0 && !objects.includes(type)) return ['other_type', `it is a ${type.slice(0, 50)}`];
  const entry = catalogOf(type);
  if (entry === undefined) return undefined; // a type newer than the catalog
  if (id === undefined ? !preview && entry.key === 'id' && rowId(entry, object) === null : !hasId(entry, object, id))
    return ['other_id', 'it has another id'];
  const { deleted = false } = object;
  // The stub of a deleted object has no mode. An owned object has its parent's mode, even if it does not say so.
  const { livemode: mode = deleted === true || ownedObjects.has(type) ? livemode : undefined } = object;
  if (entry.hasLivemode && mode !== livemode) return ['other_mode', `it is not of ${livemode ? 'live' : 'test'} mode`];
  if (deleted === true && entry.deletable) return undefined;
  if (deleted !== false) return ['not_an_object', `no ${type} is deleted in this way`];
  if (preview) return undefined; // the parts of a preview may name other objects
  for (const subList of entry.subLists) {
    const objection = objectionToSubList(entry, object, subList, livemode);
    if (objection !== undefined) return objection;
  }
  return undefined;
}

function hasId(entry: CatalogObject, object: JsonObject, id: string): boolean {
  return entry.key === 'none' || rowId(entry, object) === id;
}

function objectionToSubList(entry: CatalogObject, parent: JsonObject, subList: SubList, livemode: boolean): Objection {
  const list = parent[subList.field];
  if (list === undefined || list === null) return undefined;
  // What is only hinted at may be of types that the catalog does not know.
  const objects = subList.owned ? subList.objects : [];
  return (
    objectionToList(list, { objects, livemode }) ??
    objectionToOwners(entry, rowId(entry, parent), list as List, subList)
  );
}

/** Checks that members that name their parent name this one. */
export function objectionToOwners(
  { object }: CatalogObject,
  id: string | null,
  { data }: Pick<List, 'data'>,
  { owned }: SubList,
): Objection {
  if (!owned || id === null) return undefined;
  const field = object.slice(object.lastIndexOf('.') + 1);
  const isAnothers = (member: JsonObject): boolean => {
    const named = member[field];
    const owner = isObject(named) ? named['id'] : named;
    return typeof owner === 'string' && owner !== id;
  };
  return data.some(isAnothers) ? ['other_id', `it has members of another ${object}`] : undefined;
}

export interface List {
  data: JsonObject[];
  has_more: boolean;
}

/** Compares a list with what is expected. */
export function objectionToList(list: unknown, { objects, livemode, after }: ExpectedList): Objection {
  if (!isObject(list) || list['object'] !== 'list') return ['not_an_object', 'it is not a list'];
  const { data } = list;
  if (!Array.isArray(data) || typeof list['has_more'] !== 'boolean') return ['not_an_object', 'it is not a list'];
  const ids = new Set<unknown>(after === undefined ? [] : [after]);
  for (const member of data as unknown[]) {
    const objection = objectionTo(member, { objects, livemode });
    if (objection !== undefined) return [objection[0], `of a member: ${objection[1]}`];
    const { id } = member as JsonObject;
    if (id !== undefined && ids.has(id)) return ['endless', 'it repeats itself'];
    ids.add(id);
  }
  return undefined;
}

/** The same for an answer that is a page of a list, and not just a list inside an object. */
export function objectionToPage(page: unknown, expected: ExpectedList): Objection {
  const objection = objectionToList(page, expected);
  if (objection !== undefined) return objection;
  const { data, has_more: hasMore } = page as List;
  return hasMore && data.length === 0 ? ['endless', 'it has more pages but no cursor'] : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

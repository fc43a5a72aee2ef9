import { catalogOf } from '../catalog/catalog.js';
import { answers } from '../catalog/generated/answers.js';

/** What the catalog says of a request whose path is written out. */
export interface KnownRequest {
  /** Its path with `{}` for each id, which all ids share one rate of. */
  endpoint: string;
  /** The types its answer may be of; empty where the catalog does not know it. */
  objects: readonly string[];
  /** The id of the object that it is about and that it answers with; undefined: a new one, or another. */
  id: string | undefined;
  /** It shows what there would be: that has no id of its own yet. */
  preview: boolean;
}

/** `POST /v1/subscriptions/sub_1/resume` answers with that subscription. */
export function knownRequest(method: string, path: string): KnownRequest {
  const segments = path.split('/').slice(1);
  const matched = match(roots, [method, ...segments]);
  if (matched === undefined) return { endpoint: path, objects: [], id: undefined, preview: false };
  const { endpoint, ids } = matched;
  const objects = answers[`${method} ${endpoint}`]?.objects ?? [];
  return { endpoint, objects, id: idIn(endpoint, ids, objects), preview: endpoint.endsWith('preview') };
}

/** The types on a listing's pages; empty where the catalog does not know it. `endpoint`: with its placeholders, of any name. */
export function listedAt(endpoint: string): readonly string[] {
  return answers[`GET ${endpoint.replace(/\{\w*\}/g, '{}')}`]?.objects ?? [];
}

interface Node {
  next: Map<string, Node>;
  endpoint: string | null;
}

const roots = tree();

function tree(): Node {
  const root: Node = { next: new Map(), endpoint: null };
  for (const request of Object.keys(answers)) {
    const [method = '', path = ''] = request.split(' ');
    let node = root;
    for (const segment of [method, ...path.split('/').slice(1)]) {
      const next = node.next.get(segment) ?? { next: new Map(), endpoint: null };
      node.next.set(segment, next);
      node = next;
    }
    node.endpoint = path;
  }
  return root;
}

interface Matched {
  endpoint: string;
  ids: readonly string[];
}

/** `/v1/invoices/create_preview` is not an invoice of that id: what is written out goes before what may be anything. */
function match(node: Node, [segment, ...rest]: readonly string[]): Matched | undefined {
  if (segment === undefined) return node.endpoint === null ? undefined : { endpoint: node.endpoint, ids: [] };
  const literal = node.next.get(segment);
  const found = literal && match(literal, rest);
  if (found !== undefined) return found;
  const any = node.next.get('{}');
  const below = any && match(any, rest);
  return below && { ...below, ids: [decodeURIComponent(segment), ...below.ids] };
}

// Stripe makes a new payment method of each of these, and answers with that.
const testPaymentMethod = /^pm_(card_|usBankAccount)/;

function idIn(endpoint: string, ids: readonly string[], objects: readonly string[]): string | undefined {
  for (const type of objects) {
    const entry = catalogOf(type);
    if (entry === undefined) continue;
    for (const path of [...(entry.retrieve === null ? [] : [entry.retrieve]), ...entry.nestedRetrieve]) {
      const own = path.replace(/\{\w+\}/g, '{}');
      if (endpoint !== own && !endpoint.startsWith(`${own}/`)) continue;
      const id = ids[own.split('{}').length - 2];
      return id === undefined || testPaymentMethod.test(id) ? undefined : id;
    }
  }
  return undefined;
}

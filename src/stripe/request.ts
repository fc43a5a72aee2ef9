import { catalogOf } from '../catalog/catalog.js';
import { answers } from '../catalog/generated/answers.js';

/** What the catalog knows about a request, by its path with real ids. */
export interface KnownRequest {
  /** The path with `{}` for each id. Requests for all ids share its rate. */
  endpoint: string;
  /** The types that the answer may have. Empty if the catalog does not know the request. */
  objects: readonly string[];
  /** The id of the object in the answer. Undefined if the answer is a new object, or another one. */
  id: string | undefined;
  /** Whether the answer is a preview, which has no id yet. */
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

/** The types on a listing's pages. Empty if the catalog does not know it. The placeholders may have any name. */
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

/** A fixed segment is preferred to a placeholder, so `/v1/invoices/create_preview` is not an invoice with that id. */
function match(node: Node, [segment, ...rest]: readonly string[]): Matched | undefined {
  if (segment === undefined) return node.endpoint === null ? undefined : { endpoint: node.endpoint, ids: [] };
  const literal = node.next.get(segment);
  const found = literal && match(literal, rest);
  if (found !== undefined) return found;
  const any = node.next.get('{}');
  const below = any && match(any, rest);
  return below && { ...below, ids: [decodeURIComponent(segment), ...below.ids] };
}

// For each of these ids, Stripe creates a new payment method and answers with that.
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

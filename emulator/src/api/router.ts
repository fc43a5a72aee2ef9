import type { Operation } from './operation.js';

interface Node {
  readonly words: Map<string, Node>;
  part?: Node;
  readonly operations: Map<string, Operation>;
}

export interface FoundRoute {
  operation: Operation;
  at: Record<string, string>;
}

/** Finds the operation of an address. Words go before parts, so `/v1/invoices/upcoming` is not read as an id. */
export class Router {
  readonly #root: Node = newNode();

  constructor(operations: readonly Operation[]) {
    for (const operation of operations) {
      let node = this.#root;
      for (const segment of segmentsOf(operation.path)) node = childOf(node, segment);
      if (node.operations.has(operation.verb)) throw new Error(`two operations at ${operation.verb} ${operation.path}`);
      node.operations.set(operation.verb, operation);
    }
  }

  find(verb: string, path: string): FoundRoute | undefined {
    const values: string[] = [];
    const operation = descend(this.#root, segmentsOf(path), 0, values)?.operations.get(verb);
    if (operation === undefined) return undefined;
    // The same place may have another name in each operation: /customers/:id, /customers/:customer/tax_ids/:id.
    const names = segmentsOf(operation.path).filter((segment) => segment.startsWith(':'));
    return { operation, at: Object.fromEntries(names.map((name, index) => [name.slice(1), values[index] ?? ''])) };
  }
}

const newNode = (): Node => ({ words: new Map(), operations: new Map() });
const segmentsOf = (path: string): string[] => path.split('/').filter((segment) => segment !== '');

function childOf(node: Node, segment: string): Node {
  if (segment.startsWith(':')) return (node.part ??= newNode());
  const child = node.words.get(segment) ?? newNode();
  node.words.set(segment, child);
  return child;
}

/** @param values takes the parts of the address, in order. */
function descend(node: Node, segments: readonly string[], from: number, values: string[]): Node | undefined {
  const segment = segments[from];
  if (segment === undefined) return node;
  const word = node.words.get(segment);
  const known = values.length;
  if (word !== undefined) {
    const found = descend(word, segments, from + 1, values);
    if (found !== undefined && found.operations.size > 0) return found;
    values.length = known;
  }
  if (node.part === undefined) return undefined;
  values.push(decode(segment));
  return descend(node.part, segments, from + 1, values);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

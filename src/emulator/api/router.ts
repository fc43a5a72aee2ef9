import type { Operation } from './operation.js';

interface Node {
  readonly words: Map<string, Node>;
  part?: { name: string; node: Node };
  readonly operations: Map<string, Operation>;
}

export interface Found {
  operation: Operation;
  at: Record<string, string>;
}

/** Finds the operation of an address; words go before parts, so that `/v1/invoices/upcoming` is no id. */
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

  find(verb: string, path: string): Found | undefined {
    const at: Record<string, string> = {};
    const node = descend(this.#root, segmentsOf(path), 0, at);
    const operation = node?.operations.get(verb);
    return operation === undefined ? undefined : { operation, at };
  }
}

const newNode = (): Node => ({ words: new Map(), operations: new Map() });
const segmentsOf = (path: string): string[] => path.split('/').filter((segment) => segment !== '');

function childOf(node: Node, segment: string): Node {
  if (segment.startsWith(':')) return (node.part ??= { name: segment.slice(1), node: newNode() }).node;
  const child = node.words.get(segment) ?? newNode();
  node.words.set(segment, child);
  return child;
}

function descend(node: Node, segments: readonly string[], from: number, at: Record<string, string>): Node | undefined {
  const segment = segments[from];
  if (segment === undefined) return node;
  const word = node.words.get(segment);
  if (word !== undefined) {
    const found = descend(word, segments, from + 1, at);
    if (found !== undefined && found.operations.size > 0) return found;
  }
  if (node.part === undefined) return undefined;
  at[node.part.name] = decode(segment);
  return descend(node.part.node, segments, from + 1, at);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

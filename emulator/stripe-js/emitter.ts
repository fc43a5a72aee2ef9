export type Handler = (event: unknown) => void;

/** Event handlers by name, as elements offer them: `on`, `off`, `once`, all chainable by their owner. */
export class Emitter {
  readonly #handlers = new Map<string, Set<Handler>>();

  add(name: string, handler: Handler): void {
    this.#handlers.set(name, (this.#handlers.get(name) ?? new Set()).add(handler));
  }

  /** Without a handler: all of that name. */
  remove(name: string, handler?: Handler): void {
    if (handler) this.#handlers.get(name)?.delete(handler);
    else this.#handlers.delete(name);
  }

  emit(name: string, event: unknown): void {
    for (const handler of [...(this.#handlers.get(name) ?? [])]) handler(event);
  }
}

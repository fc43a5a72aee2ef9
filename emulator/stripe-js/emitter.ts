export type Handler = (event: unknown) => void;

/** Keeps the event handlers of an element, by the event's name. */
export class Emitter {
  readonly #handlers = new Map<string, Set<Handler>>();

  add(name: string, handler: Handler): void {
    this.#handlers.set(name, (this.#handlers.get(name) ?? new Set()).add(handler));
  }

  /** Without `handler`, removes all handlers of that name. */
  remove(name: string, handler?: Handler): void {
    if (handler) this.#handlers.get(name)?.delete(handler);
    else this.#handlers.delete(name);
  }

  emit(name: string, event: unknown): void {
    for (const handler of [...(this.#handlers.get(name) ?? [])]) handler(event);
  }
}

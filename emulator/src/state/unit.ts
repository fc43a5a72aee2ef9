import { missing } from '../api/problem.js';
import { newId } from './id.js';
import { previousAttributes } from './previous.js';
import type { Happening, Origin } from './happening.js';
import type { Announcements } from './reaction.js';
import type { Rules } from './rules.js';
import type { EventOf, Noun } from './noun.js';
import type { Json, RowType, Rows } from './rows.js';
import type { Store } from './store.js';

/** Work for a unit of its own, in the same account or in one that is connected to it. */
export interface Later {
  work: (unit: Unit) => void;
  store: Store;
}

/**
 * One request's work on the store: everything or, after `rollback`, nothing. Rows are replaced, never edited, and each
 * replacement makes the events that Stripe makes, with the state of that very moment.
 */
export class Unit {
  readonly happenings: Happening[] = [];
  /** What the dashboard searches a list for, in lower case. Rows without one of the words are left out. */
  words: readonly string[] = [];
  readonly #undo: (() => void)[] = [];
  readonly #unannounced = new Set<string>();

  readonly #touched = new Map<string, { type: RowType; id: string }>();
  readonly #written = new Map<string, { type: RowType; id: string }>();
  readonly #following = new Set<string>();
  readonly #later: Later[] = [];
  #now: number;
  #staleSince: number | undefined;

  /** @param wall epoch seconds of the emulator's clock, the same for everything in the unit. */
  constructor(
    readonly store: Store,
    readonly rules: Rules,
    readonly wall: number,
    readonly origin: Origin,
  ) {
    this.#now = wall;
  }

  /** The moment the work happens at: the emulator's own time, or inside `during` that of a test clock. */
  get now(): number {
    return this.#now;
  }

  /** Work in the time of a test clock. Its events keep the emulator's time, so that a list of them stays in order. */
  during<T>(now: number, work: () => T): T {
    const before = this.#now;
    this.#now = now;
    try {
      return work();
    } finally {
      this.#now = before;
    }
  }

  /** An event about an object that is made of other rows and has none of its own. */
  tell(name: string, object: Json, before?: Json): Happening {
    return this.#happen(name, object, before === undefined ? undefined : previousAttributes(before, object));
  }

  /** Work without events, because another event reports all of it. */
  quietly<T>(work: () => T): T {
    const heard = this.happenings.length;
    const made = work();
    this.happenings.length = heard;
    return made;
  }

  /** The result of work that is undone afterwards. */
  tried<T>(work: () => T): T {
    const [done, heard, later] = [this.#undo.length, this.happenings.length, this.#later.length];
    const following = [...this.#following];
    try {
      return work();
    } finally {
      for (const undo of this.#undo.splice(done).reverse()) undo();
      this.happenings.length = heard;
      this.#later.length = later;
      this.#following.clear();
      for (const id of following) this.#following.add(id);
    }
  }

  /** What Stripe does after it has answered. It runs as soon as this unit is final. */
  later(work: (unit: Unit) => void, store = this.store): void {
    this.#later.push({ work, store });
  }

  takeLater(): Later[] {
    return this.#later.splice(0);
  }

  find<T extends RowType>(type: T, id: string | null | undefined): Rows[T] | undefined {
    if (id === null || id === undefined) return undefined;
    return this.#before<T>(id) ?? this.store.tables[type].get(id);
  }

  /** From now on, rows are read as they were before their last change, if that change is more recent than this. */
  readAsBefore(ms: number): void {
    this.#staleSince = this.wall - ms / 1000;
  }

  /** The row as this unit reads it. */
  asRead<T extends RowType>(row: Rows[T]): Rows[T] {
    return this.#before<T>(row.id) ?? row;
  }

  /** @throws Problem `resource_missing`: 404 when `param` is the address's own id, 400 when it is a parameter. */
  need<T extends RowType>(type: T, id: string, param = 'id'): Rows[T] {
    const row = this.find(type, id);
    if (row === undefined) throw missing(this.rules.nouns[type].title, id, param, param === 'id' ? 404 : 400);
    return row;
  }

  /** All rows whose indexed field has the value, oldest first. */
  all<T extends RowType>(type: T, field: string, value: unknown): Rows[T][] {
    return [...this.store.tables[type].walk({ where: { field, value }, oldestFirst: true })].map((row) =>
      this.asRead<T>(row),
    );
  }

  view<T extends RowType>(type: T, row: Rows[T]): Json {
    const view = (this.rules.nouns[type] as Noun<Rows[T]>).view;
    return view === undefined ? (row as unknown as Json) : view(row, this);
  }

  /** The object as the API shows it now. After a deletion it is a stub, if Stripe keeps one. */
  show<T extends RowType>(type: T, id: string, param = 'id'): Json {
    const stub = this.rules.nouns[type].stub === true && this.wasDeleted(type, id);
    return stub ? { id, object: type, deleted: true } : this.view(type, this.need(type, id, param));
  }

  wasDeleted(type: RowType, id: string): boolean {
    return this.store.tables[type].knows(id) && this.find(type, id) === undefined;
  }

  insert<T extends RowType>(
    type: T,
    row: Rows[T],
    events: readonly EventOf<Rows[T]>[] = this.#events(type, 'created'),
  ): Rows[T] {
    this.#put(type, row);
    this.#tell(events, type, row);
    return row;
  }

  /**
   * Inserts a row whose creation takes several steps: no event reports it until `announce`, which shows it complete.
   */
  insertUnannounced<T extends RowType>(type: T, row: Rows[T]): Rows[T] {
    this.#unannounced.add(row.id);
    return this.insert(type, row, []);
  }

  announce<T extends RowType>(type: T, id: string): Rows[T] {
    this.#unannounced.delete(id);
    const row = this.need(type, id);
    this.#tell(this.#events(type, 'created'), type, row);
    return row;
  }

  /** Whether the unit changed anything. */
  get changed(): boolean {
    return this.#undo.length > 0;
  }

  /** Changes some fields. Makes no event when nothing differs afterwards. */
  update<T extends RowType>(
    type: T,
    id: string,
    patch: Partial<Rows[T]>,
    events?: readonly EventOf<Rows[T]>[],
  ): Rows[T] {
    return this.around(type, id, () => this.#put(type, { ...this.need(type, id), ...patch }), events);
  }

  /** Puts a row in place of the one with its id: other than `update`, it can lose fields. It makes no event. */
  replace<T extends RowType>(type: T, row: Rows[T]): Rows[T] {
    this.need(type, row.id);
    this.#put(type, row);
    return row;
  }

  /** The events of an update, for work that changes what the object shows, for example through its items. */
  around<T extends RowType>(
    type: T,
    id: string,
    work: () => void,
    events: readonly EventOf<Rows[T]>[] = this.#events(type, 'updated'),
  ): Rows[T] {
    const old = this.need(type, id);
    if (this.#unannounced.has(id)) events = [];
    const before = events.map((event) => this.#render(event, type, old));
    work();
    const row = this.need(type, id);
    events.forEach((event, index) => {
      if (event.when?.(row) === false) return;
      const after = this.#render(event, type, row);
      const previous = previousAttributes(before[index] ?? {}, after);
      if (previous !== undefined) this.#happen(event.name, after, previous);
    });
    return row;
  }

  remove<T extends RowType>(
    type: T,
    id: string,
    events: readonly EventOf<Rows[T]>[] = this.#events(type, 'deleted'),
  ): void {
    const row = this.need(type, id);
    this.#tell(events, type, row);
    const table = this.store.tables[type];
    this.store.wrote(id, this.wall, { row });
    table.remove(id);
    this.#undo.push(() => table.put(row));
  }

  /** An event that is more than "updated", e.g. `invoice.paid`, with the object as it is now or in another view. */
  emit<T extends RowType>(name: string, type: T, id: string, view?: Json): void {
    this.#happen(name, view ?? this.view(type, this.need(type, id)));
  }

  /** Announces what happened to an object: whatever reacts to it does so now. */
  react<A extends keyof Announcements>(announcement: A, about: Announcements[A]): void {
    for (const reaction of this.rules.reactions[announcement]) reaction(this, about);
  }

  /** Undoes all of it, latest first. */
  rollback(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
    this.happenings.length = 0;
    this.#later.length = 0;
  }

  #tell<T extends RowType>(events: readonly EventOf<Rows[T]>[], type: T, row: Rows[T]): void {
    for (const event of events)
      if (event.when?.(row) !== false) this.#happen(event.name, this.#render(event, type, row));
  }

  /** All rows written, each once. */
  get written(): Iterable<{ type: RowType; id: string }> {
    return this.#written.values();
  }

  /** The rows written since the last call, each once. */
  takeTouched(): { type: RowType; id: string }[] {
    const touched = [...this.#touched.values()];
    this.#touched.clear();
    return touched;
  }

  #put<T extends RowType>(type: T, row: Rows[T]): void {
    const table = this.store.tables[type];
    const old = table.put(row);
    this.store.wrote(row.id, this.wall, this.#written.has(row.id) ? undefined : { row: old });
    this.#touched.set(row.id, { type, id: row.id });
    this.#written.set(row.id, { type, id: row.id });
    this.#follow(type, row.id);
    this.#undo.push(() => (old === undefined ? table.forget(row.id) : void table.put(old)));
  }

  #before<T extends RowType>(id: string): Rows[T] | undefined {
    return this.#staleSince === undefined ? undefined : (this.store.before(id, this.#staleSince) as Rows[T]);
  }

  #follow<T extends RowType>(type: T, id: string): void {
    const after = (this.rules.nouns[type] as Noun<Rows[T]>).after;
    if (after === undefined || this.#following.has(id)) return;
    this.#following.add(id);
    this.later((unit) => {
      const row = unit.find(type, id);
      if (row !== undefined) after(row, unit);
    });
  }

  #events<T extends RowType>(type: T, moment: 'created' | 'updated' | 'deleted'): readonly EventOf<Rows[T]>[] {
    return (this.rules.nouns[type] as Noun<Rows[T]>)[moment] ?? [];
  }

  #render<T extends RowType>(event: EventOf<Rows[T]>, type: T, row: Rows[T]): Json {
    return event.view === undefined ? this.view(type, row) : event.view(row, this);
  }

  #happen(type: string, object: Json, previous?: Json): Happening {
    const data = previous === undefined ? { object } : { object, previous_attributes: previous };
    const happening = {
      id: newId('evt'),
      created: this.wall,
      type,
      request: { id: this.origin.request, idempotency_key: this.origin.idempotencyKey },
      objectType: String(object.object),
      ...(OF_ACCOUNTS.has(String(object.object)) ? { account: String(object.account) } : {}),
      objectId: typeof object.id === 'string' ? object.id : typeof object.customer === 'string' ? object.customer : '',
      data: JSON.stringify(data),
    };
    this.happenings.push(happening);
    return happening;
  }
}

/** What a platform keeps for a connected account, and what happens to it is that account's event. */
const OF_ACCOUNTS: ReadonlySet<string> = new Set(['bank_account', 'capability', 'person']);

/** The id in an expandable field. */
export function idOf(value: string | { id: string } | null | undefined): string | null {
  return typeof value === 'object' && value !== null ? value.id : (value ?? null);
}

import { catalogOf, events, isReadable, objects, ownedObjects, ownersOf } from '../catalog/catalog.js';
import { LockstepError } from '../kernel/error.js';
import { nearest } from '../kernel/nearest.js';
import type { ChangeHookOptions, Hook, HookKind, Hooks } from './hook.js';

/** Collects the app's hooks. The engine takes them at its start. */
export interface HookRegistry extends Hooks {
  /** Ends the registration. Returns all hooks, in their order. A second engine may take them too. */
  taken(): readonly Hook[];
}

const methods: Readonly<Record<HookKind, string>> = { change: 'onChange', after: 'after', event: 'onEvent' };
const TIMEOUT_MS: Readonly<Record<HookKind, number>> = { change: 2_000, after: 30_000, event: 30_000 };
const NAME_MAX = 200;

export function createHooks(): HookRegistry {
  const registered = new Map<string, Hook>();
  let isClosed = false;

  const add = (kind: HookKind, topic: string, run: Hook['run'], options: ChangeHookOptions = {}): void => {
    const { name = `${methods[kind]} ${topic}`, timeoutMs = TIMEOUT_MS[kind], backfill = false } = options;
    if (isClosed)
      throw invalid(`The hook ${name} was registered too late`, 'register every hook before the engine starts');
    if (typeof run !== 'function') throw invalid(`The hook ${name} is not a function`, 'pass the function to run');
    if (name === '' || name.length > NAME_MAX) {
      throw invalid('The name of the hook is empty or too long', `use 1 to ${NAME_MAX} characters`);
    }
    if (registered.has(name))
      throw invalid(`A hook named ${name} is already registered`, 'give one of them another name');
    if (!Number.isInteger(timeoutMs) || timeoutMs < 100 || timeoutMs > 300_000) {
      throw invalid(`The hook ${name} has an invalid timeoutMs`, 'use whole milliseconds from 100 to 300000');
    }
    registered.set(name, { name, kind, topic, timeoutMs, backfill, run });
  };

  return {
    onChange(type, run, options) {
      refuseType(type);
      add('change', type, run, options);
    },
    after(type, run, options) {
      refuseType(type);
      add('after', type, run, options);
    },
    onEvent(type, run, options) {
      if (!Object.hasOwn(events, type)) throw unknown('event type', type, Object.keys(events));
      add('event', type, run, options);
    },
    taken() {
      isClosed = true;
      return [...registered.values()];
    },
  };
}

/**
 * Refuses a type whose objects are not proven one by one, because hooks run on proofs.
 * @throws option_invalid
 */
export function refuseType(type: string): void {
  const entry = catalogOf(type);
  if (entry === undefined) {
    throw unknown(
      'object type',
      type,
      objects.map(({ object }) => object),
    );
  }
  if (entry.table === null) throw invalid(`Objects of type ${type} are not mirrored`, entry.noTable ?? '');
  if (ownedObjects.has(type)) {
    throw invalid(`A ${type} changes with its parent`, `use the hook of ${ownersOf(type).join(' or ')}`);
  }
  if (!isReadable(entry)) {
    throw invalid(`Stripe has no endpoint to read one ${type}, so a change of it cannot be confirmed`, 'use onEvent');
  }
}

function unknown(what: string, word: string, known: readonly string[]): LockstepError {
  const near = nearest(word, known);
  return invalid(
    `Unknown ${what} ${JSON.stringify(word)}`,
    near === undefined ? "use Stripe's own name" : `did you mean ${near}?`,
  );
}

function invalid(message: string, hint: string): LockstepError {
  return new LockstepError('option_invalid', message, { hint });
}

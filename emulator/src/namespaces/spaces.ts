import { LockstepError } from '../../../src/kernel/error.js';
import type { EmulatorOptions } from '../contract.js';
import type { ControlOptions } from '../control/route.js';
import { clockOf, fill, reset, testOf } from '../handle.js';
import { operations } from '../nouns/tables.js';
import type { Parts } from '../parts.js';
import { makeParts } from '../parts.js';
import type { NamingRequest } from './asked.js';
import { namespaceAsked } from './asked.js';
import { identityOf, prefixOf } from './name.js';
import type { Droppable } from './namespaces.js';
import { Namespaces } from './namespaces.js';

const MAX = 1_000;
const IDLE_MS = 3_600_000;

/** An account with all that answers for it: the default one, or a namespace. */
export interface Space extends Droppable {
  parts: Parts;
  control: ControlOptions;
}

/** All accounts of a server: the default one, and the open namespaces. */
export interface Spaces {
  own: Space;
  namespaces: Namespaces<Space>;
}

/**
 * @param parts of the default account
 * @throws LockstepError `option_invalid`
 */
export function openSpaces(parts: Parts, options: EmulatorOptions): Spaces {
  const { state, outside, log } = parts;
  const { dataFile, ...forNamespaces } = options;
  const namespaces: Namespaces<Space> = new Namespaces({
    max: whole('maxNamespaces', options.maxNamespaces ?? MAX),
    idleMs: whole('namespaceIdleMs', options.namespaceIdleMs ?? IDLE_MS),
    clock: outside,
    log,
    create: (name): Space => {
      const made = makeParts(forNamespaces, identityOf(name));
      made.state.store.origin = `${state.store.origin}${prefixOf(name)}`;
      return spaceOf(made, { namespace: name, persisted: false, namespaces });
    },
  });
  return { own: spaceOf(parts, { namespace: null, persisted: dataFile !== undefined, namespaces }), namespaces };
}

function spaceOf(parts: Parts, more: Pick<ControlOptions, 'namespace' | 'namespaces' | 'persisted'>): Space {
  const { state, apiVersion, requests, faults, post, api, stream } = parts;
  return {
    parts,
    control: {
      ...more,
      api,
      store: state.store,
      apiVersion,
      deliveries: post.deliveries,
      requests,
      faults,
      clock: clockOf(() => parts),
      operations,
      reset: () => reset(parts),
      fixture: (steps) => fill(parts, steps),
      test: testOf(() => parts),
    },
    isHeard: () => stream.isHeard || post.listeners.isHeard,
    stop: () => {
      post.stop();
      stream.stop();
    },
  };
}

/**
 * The account that a request is for.
 * @param opens whether the request may open a namespace
 * @throws LockstepError `namespace_invalid`, `namespace_unknown`, `too_many_namespaces`
 */
export function spaceAsked({ own, namespaces }: Spaces, asked: NamingRequest, opens: boolean): Space {
  // Without namespaces, a key that would name one is like any other.
  const name = namespaceAsked(namespaces.isOn ? asked : { ...asked, key: undefined });
  if (name === undefined) return own;
  const space = opens ? namespaces.open(name).space : namespaces.find(name);
  if (space !== undefined) return space;
  throw new LockstepError('namespace_unknown', `The namespace "${name}" is not open`, {
    hint: `a request to the API with the key ${identityOf(name).secretKey} opens it`,
    facts: { name },
  });
}

function whole(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new LockstepError('option_invalid', `${option} must be a whole number, not ${value}`, {
    hint: 'use a number from 0',
    facts: { option },
  });
}

import type Stripe from 'stripe';
import { listOperation } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import type { Values } from '../../api/params.js';
import {
  accepted,
  email,
  emptyable,
  flag,
  fraction,
  hash,
  integer,
  listOf,
  mergeMetadata,
  metadata,
  text,
  unbuiltAll,
} from '../../api/params.js';
import { missing } from '../../api/problem.js';
import { deletedStub, given } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import { connected } from '../account/connected.js';
import { addressParam, fullAddress } from '../shared/params.js';
import type { PersonRow } from './row.js';

const ROLES = ['authorizer', 'director', 'executive', 'legal_guardian', 'owner', 'representative'] as const;
const roles = () => ({
  authorizer: flag(),
  director: flag(),
  executive: flag(),
  legal_guardian: flag(),
  owner: flag(),
  representative: flag(),
});

const personParams = {
  address: addressParam(),
  dob: emptyable(hash({ day: integer(1, 31), month: integer(1, 12), year: integer(1900, 2100) })),
  email: email(),
  first_name: text(),
  full_name_aliases: emptyable(listOf(text())),
  gender: text(),
  id_number: text(),
  last_name: text(),
  maiden_name: text(),
  metadata: metadata(),
  nationality: text(2),
  phone: text(),
  political_exposure: text(),
  registered_address: addressParam(),
  relationship: hash({ ...roles(), percent_ownership: emptyable(fraction(0, 100)), title: text() }),
  ssn_last_4: text(4),
  verification: accepted(),
  ...unbuiltAll('additional_tos_acceptances', 'address_kana', 'address_kanji', 'documents', 'first_name_kana'),
  ...unbuiltAll('first_name_kanji', 'id_number_secondary', 'last_name_kana', 'last_name_kanji', 'person_token'),
  ...unbuiltAll('us_cfpb_data'),
};
type Sent = Values<typeof personParams>;

/** The people of a connected account (https://docs.stripe.com/api/persons). Here nobody is verified. */
export const personOperations: readonly Operation[] = [
  operation('POST /v1/accounts/:id/persons', personParams, ({ unit, at: { id = '' }, params }) => {
    connected(unit, id);
    return unit.view('person', unit.insert('person', { ...blank(unit, id), ...patchOf(undefined, params) }));
  }),
  listOperation('/v1/accounts/:id/persons', {
    type: 'person',
    parent: { type: 'account', field: 'account', check: (unit, id) => void connected(unit, id) },
    filters: {
      relationship: {
        param: hash(roles()),
        test: (row, wanted: Record<string, boolean>) =>
          Object.entries(wanted).every(([role, is]) => (row.relationship?.[role as 'owner'] ?? false) === is),
      },
    },
  }),
  operation('GET /v1/accounts/:account/persons/:id', {}, ({ unit, at }) => unit.view('person', personOf(unit, at))),
  operation('POST /v1/accounts/:account/persons/:id', personParams, ({ unit, at, params }) => {
    const row = personOf(unit, at);
    return unit.view('person', unit.update('person', row.id, patchOf(row, params)));
  }),
  operation('DELETE /v1/accounts/:account/persons/:id', {}, ({ unit, at }) => {
    const { id } = personOf(unit, at);
    unit.remove('person', id);
    return deletedStub(id, 'person');
  }),
];

function personOf(unit: Unit, { account = '', id = '' }: Readonly<Record<string, string>>): PersonRow {
  connected(unit, account);
  const row = unit.find('person', id);
  if (row === undefined || row.account !== account) throw missing('person', id, 'id', 404);
  return row;
}

function blank(unit: Unit, account: string): PersonRow {
  return {
    id: newId('person'),
    object: 'person',
    account,
    created: unit.now,
    dob: { day: null, month: null, year: null },
    email: null,
    first_name: null,
    future_requirements: {
      alternatives: [],
      currently_due: [],
      errors: [],
      eventually_due: [],
      past_due: [],
      pending_verification: [],
    },
    id_number_provided: false,
    last_name: null,
    metadata: {},
    relationship: relationshipOf(undefined, {}),
    requirements: {
      alternatives: [],
      currently_due: [],
      errors: [],
      eventually_due: [],
      past_due: [],
      pending_verification: [],
    },
    ssn_last_4_provided: false,
    verification: {
      details: null,
      details_code: null,
      document: { back: null, details: null, details_code: null, front: null },
      status: 'verified',
    },
  };
}

/** Numbers that identify a person are never shown, only that they are there. */
function patchOf(row: PersonRow | undefined, sent: Sent): Partial<PersonRow> {
  const { address, dob, id_number, registered_address, relationship, ssn_last_4 } = sent;
  return given({
    email: sent.email,
    first_name: sent.first_name,
    gender: sent.gender,
    last_name: sent.last_name,
    maiden_name: sent.maiden_name,
    nationality: sent.nationality,
    phone: sent.phone,
    political_exposure: sent.political_exposure,
    address: address === undefined ? undefined : (fullAddress(address) ?? undefined),
    dob: dob === undefined ? undefined : { day: dob?.day ?? null, month: dob?.month ?? null, year: dob?.year ?? null },
    full_name_aliases: sent.full_name_aliases === null ? [] : sent.full_name_aliases,
    id_number_provided: id_number === undefined ? undefined : true,
    metadata: sent.metadata === undefined ? undefined : mergeMetadata(row?.metadata ?? null, sent.metadata),
    registered_address: registered_address === undefined ? undefined : (fullAddress(registered_address) ?? undefined),
    relationship: relationship === undefined ? undefined : relationshipOf(row?.relationship, relationship),
    ssn_last_4_provided: ssn_last_4 === undefined ? undefined : true,
  });
}

function relationshipOf(
  old: Stripe.Person.Relationship | undefined,
  sent: NonNullable<Sent['relationship']>,
): Stripe.Person.Relationship {
  const flags = Object.fromEntries(ROLES.map((role) => [role, sent[role] ?? old?.[role] ?? false]));
  const { percent_ownership: share = old?.percent_ownership ?? null, title = old?.title ?? null } = sent;
  return { ...(flags as Record<(typeof ROLES)[number], boolean>), percent_ownership: share, title };
}

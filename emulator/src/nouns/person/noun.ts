import type { Noun } from '../../state/noun.js';
import { personOperations } from './operations.js';
import type { PersonRow } from './row.js';

export const person: Noun<PersonRow> = {
  title: 'person',
  prefix: 'person',
  created: [{ name: 'person.created' }],
  updated: [{ name: 'person.updated' }],
  deleted: [{ name: 'person.deleted' }],
  indexes: ['account'],
  permission: 'accounts_kyc_basic',
  operations: personOperations,
};

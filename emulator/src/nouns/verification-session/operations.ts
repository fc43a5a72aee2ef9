import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import type { Values } from '../../api/params.js';
import {
  email,
  emptyable,
  flag,
  hash,
  listOf,
  mergeMetadata,
  metadata,
  oneOf,
  text,
  unbuilt,
  webAddress,
} from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given, retrieveOperation } from '../../api/standard.js';
import { newId, randomText } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import { redact } from './verify.js';
import type { VerificationSessionRow } from './row.js';

const options = () =>
  hash({
    document: emptyable(
      hash({
        allowed_types: listOf(oneOf('driving_license', 'id_card', 'passport')),
        require_id_number: flag(),
        require_live_capture: flag(),
        require_matching_selfie: flag(),
      }),
    ),
  });
const common = {
  metadata: metadata(),
  options: options(),
  provided_details: hash({ email: email(), phone: text() }),
  type: oneOf('document', 'id_number'),
};
const createParams = {
  ...common,
  client_reference_id: text(200),
  related_customer: text(),
  related_customer_account: unbuilt(),
  related_person: unbuilt(),
  return_url: webAddress(),
  verification_flow: unbuilt(),
};

/** Who somebody is (https://docs.stripe.com/identity/how-sessions-work). The page of a session asks which outcome to have. */
export const verificationSessionOperations: readonly Operation[] = [
  operation('POST /v1/identity/verification_sessions', createParams, ({ unit, params }) =>
    unit.view('identity.verification_session', create(unit, params)),
  ),
  retrieveOperation('/v1/identity/verification_sessions', 'identity.verification_session'),
  operation('POST /v1/identity/verification_sessions/:id', common, ({ unit, at, params }) => {
    const row = unit.need('identity.verification_session', at.id ?? '');
    if (row.status !== 'requires_input') throw wrongState(row, 'update');
    const patch = given({
      metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
      options: params.options === undefined ? undefined : optionsOf(params.type ?? row.type, params.options),
      provided_details: params.provided_details,
      type: params.type,
    });
    const changed = unit.update('identity.verification_session', row.id, patch);
    return unit.view('identity.verification_session', changed);
  }),
  operation('POST /v1/identity/verification_sessions/:id/cancel', {}, ({ unit, at }) => {
    const row = unit.need('identity.verification_session', at.id ?? '');
    if (row.status !== 'requires_input') throw wrongState(row, 'cancel');
    unit.update('identity.verification_session', row.id, { status: 'canceled', url: null, client_secret: null });
    unit.emit('identity.verification_session.canceled', 'identity.verification_session', row.id);
    return unit.show('identity.verification_session', row.id);
  }),
  operation('POST /v1/identity/verification_sessions/:id/redact', {}, ({ unit, at }) => {
    const row = unit.need('identity.verification_session', at.id ?? '');
    if (row.status === 'processing' || row.redaction !== null) throw wrongState(row, 'redact');
    unit.update('identity.verification_session', row.id, { redaction: { status: 'processing' } });
    unit.later((after) => redact(after, row.id));
    return unit.show('identity.verification_session', row.id);
  }),
  listOperation('/v1/identity/verification_sessions', {
    type: 'identity.verification_session',
    filters: {
      client_reference_id: { param: text(), field: 'client_reference_id' },
      created: range('created'),
      related_customer: { param: text(), field: 'related_customer' },
      related_customer_account: { param: unbuilt() },
      status: { param: oneOf('canceled', 'processing', 'requires_input', 'verified'), field: 'status' },
    },
  }),
];

function create(unit: Unit, sent: Values<typeof createParams>): VerificationSessionRow {
  if (sent.type === undefined) throw invalid('Missing required param: type.', 'type', 'parameter_missing');
  if (sent.related_customer !== undefined) unit.need('customer', sent.related_customer, 'related_customer');
  const id = newId('vs');
  const secret = `${id}_secret_test_${randomText(30)}`;
  return unit.insert('identity.verification_session', {
    id,
    object: 'identity.verification_session',
    client_reference_id: sent.client_reference_id ?? null,
    client_secret: secret,
    created: unit.now,
    last_error: null,
    last_verification_report: null,
    livemode: false,
    metadata: mergeMetadata(null, sent.metadata),
    options: optionsOf(sent.type, sent.options),
    provided_details: sent.provided_details ?? null,
    redaction: null,
    related_customer: sent.related_customer ?? null,
    related_customer_account: null,
    status: 'requires_input',
    type: sent.type,
    url: `${unit.store.origin}/verify/${secret}`,
    hidden: { return_url: sent.return_url ?? null },
  });
}

const optionsOf = (type: string, sent: { document?: object | null } | undefined): VerificationSessionRow['options'] =>
  type === 'id_number' ? { id_number: {} } : { document: sent?.document ?? {} };

const wrongState = ({ id, status }: VerificationSessionRow, action: string): Error =>
  invalid(`You cannot ${action} the VerificationSession ${id} because its status is ${status}.`);

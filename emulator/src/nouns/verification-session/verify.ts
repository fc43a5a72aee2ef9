import type { Unit } from '../../state/unit.js';
import { createReport } from '../verification-report/create.js';
import type { VerificationSessionRow } from './row.js';

const TYPE = 'identity.verification_session';

/** The session that a page's secret belongs to. */
export function sessionOfSecret(unit: Unit, secret: string): VerificationSessionRow | undefined {
  const row = unit.find(TYPE, secret.split('_secret_')[0]);
  return row?.client_secret === secret ? row : undefined;
}

/** The person of Stripe's test documents was not found: this one is made up. */
const ADA = {
  address: {
    city: 'San Francisco',
    country: 'US',
    line1: '1 Main Street',
    line2: null,
    postal_code: '94111',
    state: 'CA',
  },
  dob: { day: 10, month: 12, year: 1990 },
  first_name: 'Ada',
  last_name: 'Byron',
};

/** Documents were handed in: they are processed, and verified, or more input is needed. */
export function handIn(unit: Unit, id: string, verified: boolean): void {
  unit.update(TYPE, id, { status: 'processing', last_error: null });
  unit.emit('identity.verification_session.processing', TYPE, id);
  unit.later((after) => decide(after, id, verified));
}

function decide(unit: Unit, id: string, verified: boolean): void {
  const row = unit.need(TYPE, id);
  if (row.status !== 'processing') return;
  const code =
    row.type === 'id_number' ? ('id_number_unverified_other' as const) : ('document_unverified_other' as const);
  const error = verified ? null : { code, reason: 'The document could not be verified.' };
  const report = createReport(unit, row, ADA, error);
  unit.update(TYPE, id, {
    last_error: error,
    last_verification_report: report.id,
    status: verified ? 'verified' : 'requires_input',
    ...(verified
      ? {
          url: null,
          client_secret: null,
          verified_outputs: { ...ADA, email: null, id_number_type: null, phone: null },
        }
      : {}),
  });
  unit.emit(`identity.verification_session.${verified ? 'verified' : 'requires_input'}`, TYPE, id);
}

/** What was collected is deleted: `identity.verification_session.redacted`. */
export function redact(unit: Unit, id: string): void {
  const row = unit.need(TYPE, id);
  const open = row.status === 'requires_input';
  unit.update(TYPE, id, {
    redaction: { status: 'redacted' },
    metadata: {},
    verified_outputs: null,
    ...(open ? { status: 'canceled', url: null, client_secret: null } : {}),
  });
  for (const report of unit.all('identity.verification_report', 'verification_session', id)) {
    const document = report.document;
    if (document === undefined) continue;
    const hidden = { address: null, dob: null, first_name: '[redacted]', last_name: '[redacted]', number: null };
    unit.update('identity.verification_report', report.id, { document: { ...document, ...hidden } });
  }
  unit.emit('identity.verification_session.redacted', TYPE, id);
}

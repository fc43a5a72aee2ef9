import type Stripe from 'stripe';
import { newId } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import type { VerificationSessionRow } from '../verification-session/row.js';
import type { VerificationReportRow } from './row.js';

interface Person {
  address: Stripe.Address;
  dob: { day: number; month: number; year: number };
  first_name: string;
  last_name: string;
}

/** The report of a verification; an error if it failed. */
export function createReport(
  unit: Unit,
  session: VerificationSessionRow,
  person: Person,
  error: { code: 'document_unverified_other' | 'id_number_unverified_other'; reason: string } | null,
): VerificationReportRow {
  const status = error === null ? ('verified' as const) : ('unverified' as const);
  const known = error === null ? person : { address: null, dob: null, first_name: null, last_name: null };
  const found =
    session.type === 'id_number'
      ? { id_number: { ...known, error, id_number_type: error === null ? 'us_ssn' : null, status } }
      : {
          document: {
            ...known,
            error,
            expiration_date: { day: 31, month: 12, year: 2034 },
            files: [],
            issued_date: { day: 1, month: 1, year: 2024 },
            issuing_country: 'US',
            number: null,
            status,
            type: 'driving_license',
          },
        };
  return unit.insert('identity.verification_report', {
    id: newId('vr'),
    object: 'identity.verification_report',
    client_reference_id: session.client_reference_id,
    created: unit.now,
    livemode: false,
    options: session.options ?? {},
    type: session.type,
    verification_session: session.id,
    ...found,
  });
}

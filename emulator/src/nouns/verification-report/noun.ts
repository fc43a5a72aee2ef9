import { listOperation, range } from '../../api/list.js';
import { oneOf, text } from '../../api/params.js';
import { retrieveOperation } from '../../api/standard.js';
import type { Noun } from '../../state/noun.js';
import type { VerificationReportRow } from './row.js';

/** What a verification found. Stripe sends events about its session, and none about it. */
export const verificationReport: Noun<VerificationReportRow> = {
  title: 'verification report',
  prefix: 'vr',
  indexes: ['verification_session'],
  operations: [
    retrieveOperation('/v1/identity/verification_reports', 'identity.verification_report'),
    listOperation('/v1/identity/verification_reports', {
      type: 'identity.verification_report',
      filters: {
        client_reference_id: { param: text(), field: 'client_reference_id' },
        created: range('created'),
        type: { param: oneOf('document', 'id_number'), field: 'type' },
        verification_session: { param: text(), field: 'verification_session' },
      },
    }),
  ],
};

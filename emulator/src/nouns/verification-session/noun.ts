import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { verificationSessionOperations } from './operations.js';
import type { VerificationSessionRow } from './row.js';

export const verificationSession: Noun<VerificationSessionRow> = {
  title: 'verification session',
  prefix: 'vs',
  created: [{ name: 'identity.verification_session.created' }],
  view: ({ hidden: _hidden, verified_outputs: _outputs, ...shown }) => shown,
  operations: verificationSessionOperations,
  expansions: {
    ids: { last_verification_report: objectOf('identity.verification_report') },
    // Stripe shows what was read from the documents only if it is asked for.
    parts: {
      verified_outputs: (id, unit) => unit.find('identity.verification_session', id)?.verified_outputs ?? null,
    },
  },
};

import type { RefusalReason } from '../../feeds/refusal.js';

/** What is wrong with a refused delivery. */
export const refusalTexts = {
  no_signature: 'without a signature',
  old_signature: 'signed at a time far from ours',
  wrong_signature: 'signed with another secret',
  not_an_event: 'signed, and no event',
  too_large: 'with a body that is too large',
} as const satisfies Record<RefusalReason, string>;

import type { NounWithoutRows } from '../../state/noun.js';
import { accountPageOperations } from './operations.js';

/** The addresses of pages that Stripe hosts for connected accounts. They are shown once and not kept. */
export const accountPage: NounWithoutRows = { permission: 'accounts_kyc_basic', operations: accountPageOperations };

/** The package's entry: `import { createLockstep } from 'lockstep'`. */
export { createLockstep } from './create.js';
export { LockstepError } from '../kernel/error.js';
export type { BillingByRef } from './billing-by-ref.js';
export type { FetchOptions, Lockstep } from './lockstep.js';
export type { EmbedOptions as LockstepOptions, Identity } from './settings.js';
export type { UserRef } from './user-ref.js';
export type {
  Access,
  Entitlement,
  InvoiceState,
  SubscriptionItemState,
  SubscriptionState,
  Which,
} from '../billing/access.js';
export type { CheckoutRequest, Page } from '../billing/sessions.js';
export type {
  CancelAt,
  ChangeSubscription,
  Created,
  CreateSubscription,
  SecretKind,
} from '../billing/subscriptions.js';
export type { Difference } from '../billing/user-changes.js';
export type { Upcoming, UpcomingLine } from '../billing/upcoming.js';
export type { UsageReport } from '../billing/usage.js';
export type { BackfillRequest, VerifyReport, VerifyRequest } from '../engine/operations.js';
export type { Backfilled } from '../feeds/backfill.js';
export type { Authorize } from '../http/api/api.js';
export type { Caller } from '../http/caller.js';
export type { Status } from '../engine/status.js';
export type { ErrorCode } from '../kernel/error.js';
export type { Log, LogFacts } from '../kernel/log.js';
export type { Change, ChangeHookOptions, EventDelivery, HookOptions, Hooks, HookTransaction } from '../hooks/hook.js';

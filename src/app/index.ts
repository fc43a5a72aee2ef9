/** The package's entry: `import { createLockstep } from 'lockstep'`. */

/** # Starting */
export { createLockstep } from './create.js';
export type { LockstepOptions, Identity } from './settings.js';
export type { FetchOptions, Lockstep } from './lockstep.js';
export type { Log, LogFacts } from '../kernel/log.js';

/**
 * # Billing for the app's users
 * Users are identified by the app's own ids or usernames, never by Stripe's ids.
 */
// BillingByRef is the name that Billing had before.
export type { Billing, Billing as BillingByRef } from '../billing/billing.js';
export type { UserRef } from '../billing/users/users.js';
export type { CancelAt } from '../billing/selling/subscriptions.js';
export type { ChangeSubscription } from '../billing/selling/change-subscription.js';
export type { Created, CreateSubscription, SecretKind } from '../billing/selling/create-subscription.js';
export type { WantedItem } from '../billing/selling/create-decision.js';
export type { CheckoutRequest, Page } from '../billing/selling/checkout.js';
export type { PortalRequest, Setup, SetupRequest } from '../billing/selling/portal.js';
export type { UsageReport } from '../billing/selling/usage.js';
export type { Upcoming, UpcomingLine } from '../billing/access/upcoming.js';
export type { Difference } from '../billing/users/changes.js';
export type { OnUserDeletion } from '../billing/settings.js';

/**
 * # What a user has
 * The guide is [access from the mirror](../guides/access-from-the-mirror.md).
 */
export type {
  Access,
  Entitlement,
  InvoiceState,
  Renewal,
  SubscriptionItemState,
  SubscriptionState,
  SubscriptionFilter,
} from '../billing/access/access.js';

/**
 * # Hooks on changes and events
 * The guide is [hooks](../guides/hooks.md).
 */
export type { Change, ChangeHookOptions, EventDelivery, HookOptions, Hooks, HookTransaction } from '../hooks/hook.js';
export type { ObjectKey, Source } from '../kernel/source.js';
export type { StripeEventOf, StripeObjectOf, UnreportedObject } from '../hooks/stripe-types.js';
export type { EventType, ObjectName } from '../catalog/catalog.js';

/**
 * # Who may ask for what
 * For `lockstep.fetch`, which answers requests from outside. A user may only act for themselves.
 */
export type { Authorize } from '../http/api/user-route.js';
export type { Action } from '../http/api/user-route.js';
export type { Caller } from '../http/caller.js';
export type { User } from '../billing/users/users.js';

/**
 * # Operating
 * The commands with the same names do the same.
 */
export type { BackfillRequest, VerifyReport, VerifyRequest } from '../engine/operations.js';
export type { Backfilled } from '../listing/backfill.js';
export type { NotChecked, VerifiedType } from '../listing/verified-type.js';
export type { Cause } from '../listing/drift/cause.js';
export type { DifferingObject, ExcusedObject } from '../listing/differing-object.js';
export type { CauseCounts } from '../listing/sweep-type.js';
export type { FieldDifference } from '../mirror/field-difference.js';
export type { SourceStatus, Status, SweepStatus } from '../engine/status.js';
export type { LightReason, LightState } from '../engine/light.js';
export type { WaitingHooks } from '../hooks/hook-letters.js';

/** # Errors */
export { LockstepError } from '../kernel/error.js';
export type { ErrorCode } from '../kernel/error.js';

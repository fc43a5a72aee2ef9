import type { VNode } from 'preact';

export type Tone = 'good' | 'accent' | 'warn' | 'bad' | 'quiet';

/** A status as a colored word. The color adds no meaning to the word. */
export function Pill({ tone, children }: { tone: Tone; children: string }): VNode {
  return <span class={`pill ${tone}`}>{children}</span>;
}

/** The pill for a status of Stripe's. An unknown status is shown unchanged. */
export function StatusPill({ status }: { status: string }): VNode {
  const [tone, text] = statuses[status] ?? ['quiet', status.replaceAll('_', ' ')];
  return <Pill tone={tone}>{text}</Pill>;
}

const statuses: Readonly<Record<string, readonly [Tone, string]>> = {
  active: ['good', 'Active'],
  trialing: ['accent', 'Trialing'],
  incomplete: ['warn', 'Incomplete'],
  incomplete_expired: ['quiet', 'Incomplete, expired'],
  past_due: ['warn', 'Past due'],
  unpaid: ['bad', 'Unpaid'],
  paused: ['quiet', 'Paused'],
  canceled: ['quiet', 'Canceled'],
  archived: ['quiet', 'Archived'],
  draft: ['quiet', 'Draft'],
  open: ['warn', 'Open'],
  paid: ['good', 'Paid'],
  void: ['quiet', 'Void'],
  uncollectible: ['bad', 'Uncollectible'],
  succeeded: ['good', 'Succeeded'],
  processing: ['accent', 'Processing'],
  requires_action: ['warn', 'Needs 3-D Secure'],
  requires_payment_method: ['warn', 'Needs a payment method'],
  requires_confirmation: ['warn', 'Needs confirmation'],
  requires_capture: ['warn', 'Needs capture'],
  enabled: ['good', 'Enabled'],
  disabled: ['quiet', 'Disabled'],
  delivered: ['good', 'Delivered'],
  failed: ['bad', 'Failed'],
  refunded: ['quiet', 'Refunded'],
  partially_refunded: ['accent', 'Partly refunded'],
  pending: ['accent', 'Pending'],
  valid: ['good', 'Valid'],
  used_up: ['quiet', 'No longer valid'],
  inactive: ['quiet', 'Inactive'],
  dropped: ['bad', 'Lost (fault)'],
  accepted: ['good', 'Accepted'],
  complete: ['good', 'Complete'],
  expired: ['quiet', 'Expired'],
  needs_response: ['bad', 'Needs a response'],
  under_review: ['accent', 'Under review'],
  won: ['good', 'Won'],
  lost: ['bad', 'Lost'],
  warning_needs_response: ['warn', 'Inquiry'],
  warning_under_review: ['accent', 'Inquiry, under review'],
  warning_closed: ['quiet', 'Inquiry, closed'],
  not_started: ['accent', 'Not started'],
  completed: ['good', 'Completed'],
  released: ['quiet', 'Released'],
  default: ['accent', 'Default'],
};

/** The days of the versions that changed what matters for billing (docs.stripe.com/changelog). */
export const ENDIVE = '2026-09-30';
export const DAHLIA = '2026-03-25';
export const CLOVER = '2025-09-30';
/** Before it, a payment intent had its charges, and a charge its refunds. */
export const CHARGES = '2022-11-15';
export const BASIL = '2025-03-31';

/** Since dahlia, and before. */
export const UI_MODES: Readonly<Record<string, string>> = {
  hosted_page: 'hosted',
  embedded_page: 'embedded',
  elements: 'custom',
};

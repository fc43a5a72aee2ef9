/** How a payment or a setup is tried. */
export interface Attempt {
  /** Overrides the intent's own. */
  paymentMethod?: string | undefined;
  /** The customer is not there to answer a challenge. */
  offSession?: boolean | undefined;
  /** A challenge is a refusal. */
  errorOnAction?: boolean | undefined;
  returnUrl?: string | undefined;
  useStripeSdk?: boolean | undefined;
}

/** The fields of a payment or setup intent that this script reads. The page gets the whole object. */
export interface Intent {
  readonly id: string;
  readonly object: 'payment_intent' | 'setup_intent';
  readonly status: string;
  readonly client_secret: string;
  readonly next_action?: {
    readonly type: string;
    readonly redirect_to_url?: { readonly url: string };
    readonly alipay_handle_redirect?: { readonly url: string };
  } | null;
}

/** The parts of Stripe.js that this app uses. The real script and the emulator's stand-in both have them. */
export interface StripeJs {
  elements(options: { clientSecret: string; appearance?: unknown }): Elements;
  confirmPayment(options: ConfirmOptions): Promise<{ error?: { type: string; message?: string } }>;
  confirmSetup(options: ConfirmOptions): Promise<{ error?: { type: string; message?: string } }>;
}

export interface Elements {
  update(options: { appearance: unknown }): void;
  create(kind: 'payment'): { mount(place: HTMLElement): void; destroy(): void };
}

interface ConfirmOptions {
  readonly elements: Elements;
  readonly redirect: 'if_required';
  readonly confirmParams: { readonly return_url: string };
}

/** Loads Stripe.js from `url`, once per page. */
export function loadStripeJs(url: string, publishableKey: string | null): Promise<StripeJs> {
  if (publishableKey === null) {
    return Promise.reject(new Error('The service has no publishable key: set STRIPE_PUBLISHABLE_KEY (pk_test_…).'));
  }
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = url;
    script.onload = () => {
      const { Stripe } = window as { Stripe?: (key: string) => StripeJs };
      if (Stripe) resolve(Stripe(publishableKey));
      else reject(new Error(`The script at ${url} is not Stripe.js.`));
    };
    script.onerror = () => {
      loading = undefined;
      script.remove();
      reject(new Error(`Stripe.js could not be loaded from ${url}.`));
    };
    document.head.append(script);
  });
  return loading;
}

let loading: Promise<StripeJs> | undefined;

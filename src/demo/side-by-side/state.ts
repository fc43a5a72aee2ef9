/**
 * The JSON between the side-by-side page and its server. This file imports nothing, because the page is compiled for a
 * browser. Times are ISO 8601.
 */

/** What `/demo/api/stream` sends. */
export interface DemoState {
  readonly mode: 'emulator' | 'stripe';
  readonly emulatorUrl: string | null;
  readonly status: {
    readonly inStep: boolean;
    readonly text: string;
    readonly since: string | null;
    readonly provenAt: string | null;
    readonly dirty: number;
  };
  readonly sweep: {
    readonly running: boolean;
    readonly lastAt: string | null;
    readonly everySeconds: number;
    readonly found: number;
    readonly repaired: number;
  };
  readonly fault: DemoFault | null;
  readonly last: { readonly type: string; readonly id: string; readonly ms: number } | null;
  readonly rows: readonly DemoRow[];
  readonly profiles: readonly DemoProfile[];
}

/** What `POST /demo/api/fault` takes. */
export interface DemoFault {
  readonly loseEverySecondWebhook: boolean;
}

/** The shown fields of an object, as text. */
export type DemoFields = Readonly<Record<string, string | null>>;

/** One object as both sides have it. A side is null if it does not have the object. */
export interface DemoRow {
  readonly type: string;
  readonly id: string;
  readonly label: string;
  readonly stripe: DemoFields | null;
  readonly database: DemoFields | null;
  readonly differs: readonly string[];
  readonly provenAt: string | null;
  readonly lastMs: number | null;
}

export interface DemoProfile {
  readonly username: string;
  readonly name: string;
  readonly stripe_customer_id: string | null;
  readonly stripe_subscription_id: string | null;
}

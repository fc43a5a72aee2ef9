/** What `/demo/api/stream` sends. Times are ISO 8601. */
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
  readonly fault: { readonly loseEverySecondWebhook: boolean } | null;
  readonly last: { readonly type: string; readonly id: string; readonly ms: number } | null;
  readonly rows: readonly Row[];
  readonly profiles: readonly Profile[];
}

export type Side = Readonly<Record<string, string | null>>;

/** One object, as either side has it; null: that side does not have it. */
export interface Row {
  readonly type: string;
  readonly id: string;
  readonly label: string;
  readonly stripe: Side | null;
  readonly database: Side | null;
  readonly differs: readonly string[];
  readonly provenAt: string | null;
  readonly lastMs: number | null;
}

export interface Profile {
  readonly username: string;
  readonly name: string;
  readonly stripe_customer_id: string | null;
  readonly stripe_subscription_id: string | null;
}

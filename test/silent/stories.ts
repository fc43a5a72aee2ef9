import type { Answer, Stage } from './stage.js';

/** A piece of ordinary business: operations in the order in which an app would call them. */
export interface Story {
  name: string;
  tell(stage: Stage): Promise<void>;
}

const DAY_MS = 86_400_000;

/** A value inside an answer, by its path: `items.data.0.id`. */
export function within(answer: unknown, path: string): string {
  let value = answer;
  for (const key of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[key];
  return String(value);
}

async function customerWithCard({ post }: Stage, more: object = {}): Promise<string> {
  const card = 'pm_card_visa';
  const { id } = await post('/v1/customers', {
    email: 'ada@example.com',
    payment_method: card,
    invoice_settings: { default_payment_method: card },
    ...more,
  });
  return id;
}

async function price({ post }: Stage, unit_amount: number, more: object = {}): Promise<string> {
  const { id } = await post('/v1/prices', {
    currency: 'usd',
    unit_amount,
    recurring: { interval: 'month' },
    product_data: { name: `Plan ${unit_amount}` },
    ...more,
  });
  return id;
}

const subscribe = ({ post }: Stage, customer: string, item: string, more: object = {}): Promise<Answer> =>
  post('/v1/subscriptions', { customer, items: [{ price: item }], ...more });

/** Stripe keeps events for thirty days: what happened before is followed first. */
async function passDays(stage: Stage, days: number): Promise<void> {
  await stage.follow();
  stage.emulator.clock.advance(days * DAY_MS);
}

const pay = ({ post }: Stage, more: object = {}): Promise<Answer> =>
  post('/v1/payment_intents', {
    amount: 4000,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    ...more,
  });

export const stories: readonly Story[] = [
  {
    name: 'products and prices are made, edited and deleted',
    async tell({ post, remove }) {
      const { id: product } = await post('/v1/products', { name: 'Book' });
      await post(`/v1/products/${product}`, { name: 'Second edition' });
      const { id } = await post('/v1/prices', { product, currency: 'usd', unit_amount: 900 });
      await post(`/v1/prices/${id}`, { nickname: 'Paper', lookup_key: 'paper' });
      const { id: other } = await post('/v1/prices', { product, currency: 'usd', unit_amount: 950 });
      await post(`/v1/prices/${other}`, { lookup_key: 'paper', transfer_lookup_key: true });
      await post(`/v1/products/${product}`, { default_price: id });
      const { id: short } = await post('/v1/products', { name: 'Never sold' });
      await remove(`/v1/products/${short}`);
      const { id: plan } = await post('/v1/plans', {
        amount: 700,
        currency: 'usd',
        interval: 'month',
        product: { name: 'Old way' },
      });
      await post(`/v1/plans/${plan}`, { nickname: 'Monthly' });
      await remove(`/v1/plans/${plan}`);
      await post('/v1/prices', {
        product,
        currency: 'usd',
        recurring: { interval: 'month' },
        billing_scheme: 'tiered',
        tiers_mode: 'graduated',
        tiers: [
          { up_to: 10, unit_amount: 100 },
          { up_to: 'inf', unit_amount_decimal: '0.25' },
        ],
      });
    },
  },
  {
    name: 'a customer pays for a subscription, changes it, and ends it',
    async tell(stage) {
      const { post, remove } = stage;
      const customer = await customerWithCard(stage);
      const [small, large] = [await price(stage, 1000), await price(stage, 3000)];
      const made = await subscribe(stage, customer, small);
      await post(`/v1/subscriptions/${made.id}`, { items: [{ id: within(made, 'items.data.0.id'), price: large }] });
      await passDays(stage, 32);
      await stage.follow();
      const { id: item } = await post('/v1/subscription_items', { subscription: made.id, price: small, quantity: 2 });
      await post(`/v1/subscription_items/${item}`, { quantity: 3 });
      await remove(`/v1/subscription_items/${item}`);
      await passDays(stage, 32);
      await stage.follow();
      await post(`/v1/subscriptions/${made.id}/pause`, { type: 'subscription' });
      await post(`/v1/subscriptions/${made.id}/resume`, { billing_cycle_anchor: { type: 'now' } });
      await post(`/v1/subscriptions/${made.id}`, { cancel_at_period_end: true });
      await post(`/v1/subscriptions/${made.id}`, { cancel_at_period_end: false });
      await remove(`/v1/subscriptions/${made.id}`, { prorate: true, invoice_now: true });
    },
  },
  {
    name: 'pending items are billed at the renewal',
    async tell(stage) {
      const { post, remove } = stage;
      const customer = await customerWithCard(stage);
      await subscribe(stage, customer, await price(stage, 1000));
      await post('/v1/invoiceitems', { customer, amount: 500, currency: 'usd' });
      const { id } = await post('/v1/invoiceitems', { customer, amount: 300, currency: 'usd' });
      await post(`/v1/invoiceitems/${id}`, { amount: 350 });
      const { id: third } = await post('/v1/invoiceitems', { customer, amount: 100, currency: 'usd' });
      await remove(`/v1/invoiceitems/${third}`);
      await stage.follow();
      await passDays(stage, 32);
    },
  },
  {
    name: 'invoices are drafted, edited, finalized, paid, voided and written off',
    async tell(stage) {
      const { post, remove, get } = stage;
      const customer = await customerWithCard(stage);
      const item = (amount: number, more: object = {}): Promise<Answer> =>
        post('/v1/invoiceitems', { customer, amount, currency: 'usd', ...more });
      const draft = (more: object = {}): Promise<Answer> =>
        post('/v1/invoices', { customer, pending_invoice_items_behavior: 'include', ...more });
      await item(1000);
      const first = await draft();
      await post(`/v1/invoices/${first.id}`, { description: 'the first' });
      await post(`/v1/invoices/${first.id}/add_lines`, { lines: [{ amount: 200, description: 'one more' }] });
      const lines = await get(`/v1/invoices/${first.id}/lines`);
      await post(`/v1/invoices/${first.id}/lines/${within(lines, 'data.0.id')}`, { description: 'edited' });
      await post(`/v1/invoices/${first.id}/update_lines`, {
        lines: [{ id: within(lines, 'data.0.id'), description: 'edited again' }],
      });
      await post(`/v1/invoices/${first.id}/remove_lines`, {
        lines: [{ id: within(lines, 'data.0.id'), behavior: 'unassign' }],
      });
      await post(`/v1/invoices/${first.id}/finalize`);
      await stage.follow();
      await post(`/v1/invoices/${first.id}/pay`);
      await item(700);
      const second = await draft();
      await post(`/v1/invoices/${second.id}/finalize`);
      await post(`/v1/invoices/${second.id}/void`);
      await item(800);
      const third = await draft({ collection_method: 'send_invoice', days_until_due: 3 });
      await post(`/v1/invoices/${third.id}/send`);
      await stage.follow();
      await post(`/v1/invoices/${third.id}/mark_uncollectible`);
      await item(300);
      const fourth = await draft();
      await remove(`/v1/invoices/${fourth.id}`);
      const fifth = await draft({ collection_method: 'send_invoice', days_until_due: 3 });
      await post(`/v1/invoices/${fifth.id}/finalize`);
      const intent = await pay(stage, { customer, amount: 100 });
      await post(`/v1/invoices/${fifth.id}/attach_payment`, { payment_intent: intent.id });
      await stage.follow();
      await post(`/v1/invoices/${fifth.id}/pay`, { paid_out_of_band: true });
      const details = { items: [{ price: await price(stage, 1000) }] };
      await post('/v1/invoices/create_preview', { customer, subscription_details: details });
    },
  },
  {
    name: 'an item of an invoice that was deleted waits for the next one',
    async tell(stage) {
      const { post, remove } = stage;
      const customer = await customerWithCard(stage);
      await post('/v1/invoiceitems', { customer, amount: 600, currency: 'usd' });
      const { id } = await post('/v1/invoices', { customer, pending_invoice_items_behavior: 'include' });
      await stage.follow();
      await remove(`/v1/invoices/${id}`);
    },
  },
  {
    name: 'a credit note goes to the balance, which pays the next invoice',
    async tell(stage) {
      const { post } = stage;
      const customer = await customerWithCard(stage);
      const made = await subscribe(stage, customer, await price(stage, 2000));
      const invoice = within(made, 'latest_invoice');
      await stage.follow();
      const note = await post('/v1/credit_notes', { invoice, amount: 500, credit_amount: 500 });
      await post(`/v1/credit_notes/${note.id}`, { memo: 'sorry' });
      await post('/v1/credit_notes', { invoice, amount: 200, refund_amount: 200 });
      await stage.follow();
      await passDays(stage, 32);
      await stage.follow();
      await post('/v1/invoiceitems', { customer, amount: 900, currency: 'usd' });
      const open = await post('/v1/invoices', {
        customer,
        collection_method: 'send_invoice',
        days_until_due: 3,
        pending_invoice_items_behavior: 'include',
      });
      await post(`/v1/invoices/${open.id}/finalize`);
      const second = await post('/v1/credit_notes', { invoice: open.id, amount: 100 });
      await post(`/v1/credit_notes/${second.id}/void`);
    },
  },
  {
    name: 'a balance is adjusted, up and down again',
    async tell(stage) {
      const { post } = stage;
      const customer = await customerWithCard(stage);
      await stage.follow();
      const at = `/v1/customers/${customer}/balance_transactions`;
      const { id } = await post(at, { amount: -500, currency: 'usd' });
      await post(at, { amount: 500, currency: 'usd' });
      await post(`/v1/customers/${customer}`, { balance: -100 });
      await stage.follow();
      await post(`${at}/${id}`, { description: 'a mistake' });
      await subscribe(stage, customer, await price(stage, 2000));
    },
  },
  {
    name: 'discounts are redeemed and taken away',
    async tell(stage) {
      const { post, remove } = stage;
      const { id: coupon } = await post('/v1/coupons', { percent_off: 10, duration: 'forever', max_redemptions: 9 });
      await post(`/v1/coupons/${coupon}`, { name: 'Spring' });
      const { id: code } = await post('/v1/promotion_codes', { promotion: { type: 'coupon', coupon }, code: 'SPRING' });
      await post(`/v1/promotion_codes/${code}`, { metadata: { k: 'v' } });
      const discounts = [{ promotion_code: code }];
      const customer = await customerWithCard(stage);
      await post(`/v1/customers/${customer}`, { discount: null, description: 'none' }).catch(() => undefined);
      const item = await price(stage, 1000);
      await stage.follow();
      const made = await subscribe(stage, customer, item, { discounts });
      await stage.follow();
      await remove(`/v1/subscriptions/${made.id}/discount`);
      await post(`/v1/subscriptions/${made.id}`, { discounts: [{ coupon }] });
      await stage.follow();
      await post('/v1/invoiceitems', { customer, amount: 500, currency: 'usd', discounts: [{ coupon }] });
      const invoice = await post('/v1/invoices', {
        customer,
        pending_invoice_items_behavior: 'include',
        discounts,
      });
      await post(`/v1/invoices/${invoice.id}/finalize`);
      await stage.follow();
      await post(`/v1/invoices/${invoice.id}/pay`);
      const { id: short } = await post('/v1/coupons', { amount_off: 100, currency: 'usd', duration: 'once' });
      await remove(`/v1/coupons/${short}`);
    },
  },
  {
    name: 'a customer has a discount of its own for a while',
    async tell(stage) {
      const { post, remove } = stage;
      const { id: coupon } = await post('/v1/coupons', { percent_off: 20, duration: 'forever' });
      const { id: code } = await post('/v1/promotion_codes', { promotion: { type: 'coupon', coupon } });
      await stage.follow();
      const customer = await customerWithCard(stage);
      const old = { apiVersion: '2024-06-20' };
      await stage.stripe.rawRequest('POST', `/v1/customers/${customer}`, { coupon }, old);
      await stage.follow();
      await stage.stripe.rawRequest('POST', `/v1/customers/${customer}`, { promotion_code: code }, old);
      await post(`/v1/customers/${customer}`, { name: 'Ada' });
      await stage.follow();
      await remove(`/v1/customers/${customer}/discount`);
    },
  },
  {
    name: 'cards are saved in the older way and in the newer',
    async tell(stage) {
      const { post, remove } = stage;
      const { id } = await post('/v1/customers', { source: 'tok_visa' });
      await stage.follow();
      const card = await post(`/v1/customers/${id}/sources`, { source: 'tok_mastercard' });
      await post(`/v1/customers/${id}/sources/${card.id}`, { name: 'Ada Byron' });
      await post(`/v1/customers/${id}`, { default_source: card.id });
      await post(`/v1/customers/${id}`, { source: 'tok_amex' });
      await stage.follow();
      await remove(`/v1/customers/${id}/sources/${card.id}`);
      await post('/v1/charges', { amount: 1200, currency: 'usd', customer: id });
      const method = await post('/v1/payment_methods', { type: 'card', card: { token: 'tok_visa' } });
      await post(`/v1/payment_methods/${method.id}/attach`, { customer: id });
      await post(`/v1/payment_methods/${method.id}`, { metadata: { k: 'v' } });
      await post(`/v1/customers/${id}`, { invoice_settings: { default_payment_method: method.id } });
      await stage.follow();
      await post(`/v1/payment_methods/${method.id}/detach`);
    },
  },
  {
    name: 'a card is set up for later',
    async tell(stage) {
      const { post } = stage;
      const { id: customer } = await post('/v1/customers', {});
      const setup = await post('/v1/setup_intents', { customer });
      await post(`/v1/setup_intents/${setup.id}`, { description: 'later' });
      await post(`/v1/setup_intents/${setup.id}/confirm`, { payment_method: 'pm_card_visa' });
      const other = await post('/v1/setup_intents', { customer });
      await post(`/v1/setup_intents/${other.id}/cancel`);
    },
  },
  {
    name: 'payments are made, captured, canceled, refunded and declined',
    async tell(stage) {
      const { post, refused } = stage;
      const customer = await customerWithCard(stage);
      const plain = await pay(stage, { customer });
      await stage.follow();
      await post(`/v1/payment_intents/${plain.id}`, { metadata: { order: '1' } });
      const refund = await post('/v1/refunds', { payment_intent: plain.id, amount: 100 });
      await post(`/v1/refunds/${refund.id}`, { metadata: { k: 'v' } });
      await post('/v1/refunds', { charge: within(plain, 'latest_charge') });
      const held = await pay(stage, { capture_method: 'manual' });
      await stage.follow();
      await post(`/v1/payment_intents/${held.id}/capture`, { amount_to_capture: 3000 });
      const open = await post('/v1/payment_intents', { amount: 2000, currency: 'usd', customer });
      await refused(`/v1/payment_intents/${open.id}/confirm`, { payment_method: 'pm_card_visa_chargeDeclined' });
      await post(`/v1/payment_intents/${open.id}/confirm`, {
        payment_method: 'pm_card_visa',
        return_url: 'https://app.example.com',
      });
      const gone = await post('/v1/payment_intents', { amount: 2000, currency: 'usd' });
      await post(`/v1/payment_intents/${gone.id}/cancel`);
      const charge = await post('/v1/charges', { amount: 900, currency: 'usd', source: 'tok_visa', capture: false });
      await stage.follow();
      await post(`/v1/charges/${charge.id}/capture`);
      await post(`/v1/charges/${charge.id}`, { description: 'captured' });
      await pay(stage, { payment_method: 'pm_card_pendingRefund' }).then(async ({ id }) => {
        await post('/v1/refunds', { payment_intent: id });
        await stage.follow();
        await passDays(stage, 8);
      });
      await pay(stage, { payment_method: 'pm_card_refundFail' }).then(async ({ id }) => {
        await post('/v1/refunds', { payment_intent: id });
        await stage.follow();
        await passDays(stage, 8);
      });
    },
  },
  {
    name: 'payments are disputed, and the disputes are won, lost and given up',
    async tell(stage) {
      const { post, get } = stage;
      for (const how of ['winning_evidence', 'losing_evidence', 'close']) {
        const { id } = await pay(stage, { payment_method: 'pm_card_createDispute' });
        await stage.follow();
        const dispute = within(await get('/v1/disputes', { payment_intent: id }), 'data.0.id');
        if (how === 'close') await post(`/v1/disputes/${dispute}/close`);
        else await post(`/v1/disputes/${dispute}`, { evidence: { uncategorized_text: how } });
        await stage.follow();
      }
      await pay(stage, { payment_method: 'pm_card_createIssuerFraudRecord' }).catch(() => undefined);
    },
  },
  {
    name: 'a bank debit takes days',
    async tell(stage) {
      const { post } = stage;
      const { id: customer } = await post('/v1/customers', { email: 'bank@example.com', name: 'Ada' });
      for (const iban of ['DE89370400440532013000', 'DE62370400440532013001']) {
        const method = await post('/v1/payment_methods', {
          type: 'sepa_debit',
          sepa_debit: { iban },
          billing_details: { name: 'Ada', email: 'bank@example.com' },
        });
        await post('/v1/payment_intents', {
          ...{ amount: 1000, currency: 'eur', customer, payment_method: method.id, confirm: true },
          allowed_payment_method_types: ['sepa_debit'],
          mandate_data: { customer_acceptance: { type: 'offline' } },
        });
        await stage.follow();
      }
      await passDays(stage, 8);
    },
  },
  {
    name: 'a checkout sells a subscription and a book, another runs out',
    async tell(stage) {
      const { post } = stage;
      const item = await price(stage, 1500);
      const { id: book } = await post('/v1/prices', {
        currency: 'usd',
        unit_amount: 900,
        product_data: { name: 'Book' },
      });
      const { id: coupon } = await post('/v1/coupons', { percent_off: 10, duration: 'once' });
      const success_url = 'https://app.example.com/done';
      const customer = await customerWithCard(stage);
      const open = (more: object): Promise<Answer> => post('/v1/checkout/sessions', { success_url, ...more });
      const confirm = (id: string): Promise<Answer> =>
        post(`/v1/payment_pages/${id}/confirm`, { payment_method: 'pm_card_visa' });
      const first = await open({
        mode: 'subscription',
        customer,
        line_items: [{ price: item, quantity: 1 }],
        discounts: [{ coupon }],
      });
      await stage.follow();
      await confirm(first.id);
      const second = await open({
        mode: 'payment',
        customer_creation: 'always',
        line_items: [{ price: book, quantity: 2 }],
        invoice_creation: { enabled: true },
      });
      await confirm(second.id);
      const third = await open({ mode: 'setup', currency: 'usd', customer });
      await confirm(third.id);
      const fourth = await open({ mode: 'payment', line_items: [{ price: book, quantity: 1 }] });
      await post(`/v1/checkout/sessions/${fourth.id}`, { metadata: { k: 'v' } });
      await post(`/v1/checkout/sessions/${fourth.id}/expire`);
      await open({ mode: 'payment', line_items: [{ price: book, quantity: 1 }] });
      await stage.follow();
      await passDays(stage, 2);
    },
  },
  {
    name: 'quotes are sent, accepted and withdrawn',
    async tell(stage) {
      const { post } = stage;
      const customer = await customerWithCard(stage);
      const item = await price(stage, 2500);
      const { id: coupon } = await post('/v1/coupons', { percent_off: 15, duration: 'once' });
      const quote = (): Promise<Answer> =>
        post('/v1/quotes', { customer, line_items: [{ price: item }], discounts: [{ coupon }] });
      const first = await quote();
      await post(`/v1/quotes/${first.id}`, { description: 'for you' });
      await post(`/v1/quotes/${first.id}/finalize`);
      await stage.follow();
      await post(`/v1/quotes/${first.id}/accept`);
      const second = await quote();
      await post(`/v1/quotes/${second.id}/cancel`);
    },
  },
  {
    name: 'schedules move subscriptions from phase to phase',
    async tell(stage) {
      const { post } = stage;
      const customer = await customerWithCard(stage);
      const item = await price(stage, 1000);
      const month = { duration: { interval: 'month', interval_count: 1 } };
      const made = await post('/v1/subscription_schedules', {
        customer,
        start_date: 'now',
        end_behavior: 'release',
        phases: [
          { items: [{ price: item, quantity: 1 }], ...month },
          { items: [{ price: item, quantity: 2 }], ...month },
        ],
      });
      await post(`/v1/subscription_schedules/${made.id}`, { metadata: { k: 'v' } });
      await stage.follow();
      await passDays(stage, 32);
      await stage.follow();
      await passDays(stage, 32);
      await stage.follow();
      const { id } = await subscribe(stage, customer, item);
      const second = await post('/v1/subscription_schedules', { from_subscription: id });
      await post(`/v1/subscription_schedules/${second.id}/release`);
      const third = await post('/v1/subscription_schedules', { from_subscription: id });
      await post(`/v1/subscription_schedules/${third.id}/cancel`);
    },
  },
  {
    name: 'a subscription that nobody pays goes past due and ends',
    async tell(stage) {
      const { post } = stage;
      const customer = await customerWithCard(stage);
      await subscribe(stage, customer, await price(stage, 1000));
      const { id } = await post('/v1/payment_methods/pm_card_chargeCustomerFail/attach', { customer });
      await post(`/v1/customers/${customer}`, { invoice_settings: { default_payment_method: id } });
      for (let month = 0; month < 3; month += 1) {
        await stage.follow();
        await passDays(stage, 20);
      }
      const { id: nobody } = await post('/v1/customers', {});
      await subscribe(stage, nobody, await price(stage, 1000), { payment_behavior: 'default_incomplete' });
      await stage.follow();
      await passDays(stage, 2);
    },
  },
  {
    name: 'a trial ends, a billing mode is changed, a collection is paused',
    async tell(stage) {
      const { post } = stage;
      const customer = await customerWithCard(stage);
      const made = await subscribe(stage, customer, await price(stage, 1000), {
        trial_period_days: 7,
        billing_mode: { type: 'classic' },
      });
      await post(`/v1/subscriptions/${made.id}/migrate`, { billing_mode: { type: 'flexible' } });
      await stage.follow();
      await passDays(stage, 8);
      await stage.follow();
      await post(`/v1/subscriptions/${made.id}`, { pause_collection: { behavior: 'void' } });
      await passDays(stage, 32);
      const { id: nobody } = await post('/v1/customers', {});
      const paused = await subscribe(stage, nobody, await price(stage, 1000), {
        trial_period_days: 3,
        trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
      });
      await stage.follow();
      await passDays(stage, 4);
      await stage.follow();
      const { id } = await post('/v1/payment_methods/pm_card_visa/attach', { customer: nobody });
      await post(`/v1/customers/${nobody}`, { invoice_settings: { default_payment_method: id } });
      await post(`/v1/subscriptions/${paused.id}/resume`, { billing_cycle_anchor: { type: 'now' } });
    },
  },
  {
    name: 'a customer is deleted with everything below it',
    async tell(stage) {
      const { post, remove } = stage;
      const { id: coupon } = await post('/v1/coupons', { percent_off: 10, duration: 'forever' });
      const customer = await customerWithCard(stage);
      await post(`/v1/customers/${customer}/sources`, { source: 'tok_visa' });
      const { id } = await post(`/v1/customers/${customer}/tax_ids`, { type: 'eu_vat', value: 'DE123456789' });
      await remove(`/v1/customers/${customer}/tax_ids/${id}`);
      await post(`/v1/customers/${customer}/tax_ids`, { type: 'eu_vat', value: 'DE123456788' });
      const { id: own } = await post('/v1/tax_ids', { type: 'eu_vat', value: 'DE123456787' });
      await remove(`/v1/tax_ids/${own}`);
      await post(`/v1/customers/${customer}/balance_transactions`, { amount: -500, currency: 'usd' });
      const item = await price(stage, 1000);
      await subscribe(stage, customer, item, { discounts: [{ coupon }] });
      await post('/v1/invoiceitems', { customer, amount: 700, currency: 'usd' });
      await post('/v1/invoices', { customer });
      await post('/v1/setup_intents', { customer });
      await post('/v1/payment_intents', { amount: 2000, currency: 'usd', customer });
      await post('/v1/quotes', { customer, line_items: [{ price: item }] });
      await post('/v1/subscription_schedules', {
        customer,
        start_date: Math.floor(stage.emulator.clock.get().now.getTime() / 1_000) + 86_400,
        phases: [{ items: [{ price: item }], duration: { interval: 'month', interval_count: 1 } }],
      });
      await post('/v1/promotion_codes', { promotion: { type: 'coupon', coupon }, customer });
      await stage.follow();
      await remove(`/v1/customers/${customer}`);
    },
  },
  {
    name: 'a test clock goes, with its customers',
    async tell(stage) {
      const { post, remove } = stage;
      const now = Math.floor(stage.emulator.clock.get().now.getTime() / 1_000);
      const { id: clock } = await post('/v1/test_helpers/test_clocks', { frozen_time: now });
      const customer = await customerWithCard(stage, { test_clock: clock });
      const item = await price(stage, 1000);
      await subscribe(stage, customer, item);
      await stage.follow();
      await post(`/v1/test_helpers/test_clocks/${clock}/advance`, { frozen_time: now + 32 * 86_400 });
      await stage.follow();
      await remove(`/v1/test_helpers/test_clocks/${clock}`);
    },
  },
  {
    name: 'usage is measured, features are granted',
    async tell(stage) {
      const { post, remove } = stage;
      const customer = await customerWithCard(stage);
      const meter = await post('/v1/billing/meters', {
        ...{ display_name: 'Calls', event_name: 'calls', default_aggregation: { formula: 'sum' } },
      });
      await post(`/v1/billing/meters/${meter.id}`, { display_name: 'API calls' });
      const { id: feature } = await post('/v1/entitlements/features', { name: 'API', lookup_key: 'api' });
      await post(`/v1/entitlements/features/${feature}`, { name: 'The API' });
      const { id: product } = await post('/v1/products', { name: 'API' });
      const attached = await post(`/v1/products/${product}/features`, { entitlement_feature: feature });
      const metered = await price(stage, 5, {
        ...{ product, product_data: undefined },
        recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
      });
      await subscribe(stage, customer, metered);
      const payload = { stripe_customer_id: customer, value: '7' };
      await stage.stripe.billing.meterEvents.create({ event_name: 'calls', payload });
      const { identifier } = await stage.stripe.billing.meterEvents.create({ event_name: 'calls', payload });
      const cancel = { identifier };
      await stage.stripe.billing.meterEventAdjustments.create({ event_name: 'calls', type: 'cancel', cancel });
      const event = { event_name: 'calls', payload };
      const { identifier: second } = await stage.stripe.v2.billing.meterEvents.create(event);
      const mistake = { event_name: 'calls', type: 'cancel' as const, cancel: { identifier: second } };
      await stage.stripe.v2.billing.meterEventAdjustments.create(mistake);
      await stage.stripe.v2.billing.meterEventSession.create();
      await post('/v2/billing/meter_event_stream', { events: [event] });
      await stage.follow();
      await remove(`/v1/products/${product}/features/${attached.id}`);
      await passDays(stage, 32);
      await post(`/v1/billing/meters/${meter.id}/deactivate`);
      await post(`/v1/billing/meters/${meter.id}/reactivate`);
    },
  },
  {
    name: 'a portal is set up, a payment link sold, a file linked, tax and shipping set',
    async tell(stage) {
      const { post } = stage;
      const customer = await customerWithCard(stage);
      const portal = await post('/v1/billing_portal/configurations', {
        features: { invoice_history: { enabled: true } },
      });
      await post(`/v1/billing_portal/configurations/${portal.id}`, { metadata: { k: 'v' } });
      await post('/v1/billing_portal/sessions', { customer, return_url: 'https://app.example.com' });
      const { id: book } = await post('/v1/prices', {
        ...{ currency: 'usd', unit_amount: 900, product_data: { name: 'Book' } },
      });
      const link = await post('/v1/payment_links', { line_items: [{ price: book, quantity: 1 }] });
      await post(`/v1/payment_links/${link.id}`, { active: false });
      const file = await stage.stripe.files.create({
        purpose: 'business_logo',
        file: { data: Buffer.from('\u0089PNG'), name: 'logo.png', type: 'image/png' },
      });
      const linked = await post('/v1/file_links', { file: file.id });
      await post(`/v1/file_links/${linked.id}`, { metadata: { k: 'v' } });
      const rate = await post('/v1/tax_rates', { display_name: 'VAT', percentage: 19, inclusive: true });
      await post(`/v1/tax_rates/${rate.id}`, { active: false });
      const slow = await post('/v1/shipping_rates', {
        ...{ display_name: 'Slow', type: 'fixed_amount', fixed_amount: { amount: 300, currency: 'usd' } },
      });
      await post(`/v1/shipping_rates/${slow.id}`, { active: false });
      const card = { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' };
      const token = await post('/v1/tokens', { card });
      await post('/v1/customers', { source: token.id });
      const url = 'https://app.example.com/hook';
      const endpoint = await post('/v1/webhook_endpoints', { url, enabled_events: ['plan.deleted'] });
      await post(`/v1/webhook_endpoints/${endpoint.id}`, { description: 'one' });
      await stage.remove(`/v1/webhook_endpoints/${endpoint.id}`);
    },
  },
  {
    name: 'local methods are paid on pages, with vouchers and by debit',
    async tell(stage) {
      const { post, changed } = stage;
      const { id: customer } = await post('/v1/customers', { name: 'Ada', email: 'ada@example.com' });
      const billing_details = { name: 'Ada', email: 'succeed_immediately@example.com' };
      const local = (type: string, currency: string, more: object = {}): Promise<Answer> =>
        post('/v1/payment_intents', {
          amount: 4000,
          currency,
          customer,
          allowed_payment_method_types: [type],
          payment_method_data: { type, billing_details, ...more },
          confirm: true,
          return_url: 'https://app.example.com/back',
        });
      const redirected = await local('ideal', 'eur');
      await stage.follow();
      const body = new URLSearchParams({ answer: 'approve' });
      const page = within(redirected, 'next_action.redirect_to_url.url');
      await fetch(page, { method: 'POST', body, redirect: 'manual' });
      await changed('the payer approved');
      await local('oxxo', 'mxn');
      const account = { account_number: '000123456789', institution_number: '000', transit_number: '11000' };
      const debit = await local('acss_debit', 'cad', { acss_debit: account });
      await stage.follow();
      await post(`/v1/payment_intents/${debit.id}/verify_microdeposits`, { amounts: [32, 45] });
      const setup = await post('/v1/setup_intents', {
        customer,
        allowed_payment_method_types: ['acss_debit'],
        payment_method_data: { type: 'acss_debit', acss_debit: account, billing_details },
        confirm: true,
      });
      await stage.follow();
      await post(`/v1/setup_intents/${setup.id}/verify_microdeposits`, { amounts: [32, 45] });
    },
  },
  {
    name: 'connected accounts come and go',
    async tell({ post, remove }) {
      const { id } = await post('/v1/accounts', { type: 'custom', country: 'US', email: 'shop@example.com' });
      await post(`/v1/accounts/${id}`, { metadata: { k: 'v' } });
      await remove(`/v1/accounts/${id}`);
    },
  },
  {
    name: 'a platform sets up a connected account, and both earn',
    async tell(stage) {
      const { post, remove } = stage;
      const { id: destination } = await post('/v1/accounts', { type: 'express' });
      const at = `/v1/accounts/${destination}`;
      const { id: person } = await post(`${at}/persons`, { first_name: 'Ada' });
      await post(`${at}/persons/${person}`, { last_name: 'Byron' });
      await remove(`${at}/persons/${person}`);
      await post(`${at}/capabilities/transfers`, { requested: true });
      const { id: bank } = await post(`${at}/external_accounts`, { external_account: 'btok_us' });
      await post(`${at}/external_accounts/${bank}`, { metadata: { k: 'v' } });
      await remove(`${at}/external_accounts/${bank}`);
      const urls = { refresh_url: 'https://app.example.com/a', return_url: 'https://app.example.com/b' };
      await post('/v1/account_links', { account: destination, type: 'account_onboarding', ...urls });
      await post('/v1/account_sessions', { account: destination, components: { payments: { enabled: true } } });
      await post(`${at}/login_links`);
      await post(`${at}/reject`, { reason: 'other' });
      await post(`${at}/unreject`);
      const shared = { application_fee_amount: 400, transfer_data: { destination } };
      const paid = await pay(stage, { ...shared, expand: ['latest_charge'] });
      await stage.follow();
      const fee = within(paid, 'latest_charge.application_fee');
      const given = await post(`/v1/application_fees/${fee}/refunds`, { amount: 100 });
      await post(`/v1/application_fees/${fee}/refunds/${given.id}`, { metadata: { k: 'v' } });
      const back = { payment_intent: paid.id, amount: 1000, reverse_transfer: true, refund_application_fee: true };
      await post('/v1/refunds', back);
      await post('/v1/charges', { amount: 9000, currency: 'usd', source: 'tok_bypassPending' });
      await stage.follow();
      const { id: transfer } = await post('/v1/transfers', { amount: 2000, currency: 'usd', destination });
      await post(`/v1/transfers/${transfer}`, { description: 'one' });
      const reversal = await post(`/v1/transfers/${transfer}/reversals`, { amount: 500 });
      await post(`/v1/transfers/${transfer}/reversals/${reversal.id}`, { metadata: { k: 'v' } });
      await remove(at);
    },
  },
  {
    name: 'methods are configured, a token confirms, and sessions are opened',
    async tell(stage) {
      const { post, remove } = stage;
      const ideal = { display_preference: { preference: 'on' } };
      const { id } = await post('/v1/payment_method_configurations', { name: 'Europe', ideal });
      await post(`/v1/payment_method_configurations/${id}`, { name: 'All of Europe' });
      const { id: domain } = await post('/v1/payment_method_domains', { domain_name: 'shop.example' });
      await post(`/v1/payment_method_domains/${domain}`, { enabled: false });
      await post(`/v1/payment_method_domains/${domain}/validate`);
      const { id: older } = await post('/v1/apple_pay/domains', { domain_name: 'shop.example' });
      await remove(`/v1/apple_pay/domains/${older}`);
      const token = await post('/v1/test_helpers/confirmation_tokens', { payment_method: 'pm_card_visa' });
      const paid = { amount: 700, currency: 'usd', confirm: true, return_url: 'https://app.example.com/back' };
      await post('/v1/payment_intents', { ...paid, confirmation_token: token.id });
      const customer = await customerWithCard(stage);
      const key = await post('/v1/ephemeral_keys', { customer });
      await remove(`/v1/ephemeral_keys/${key.id}`);
      await post('/v1/customer_sessions', { customer, components: { pricing_table: { enabled: true } } });
    },
  },
  {
    name: 'taxes are calculated, and sales are recorded and reversed',
    async tell({ post }) {
      const address = { country: 'DE', city: 'Berlin' };
      await post('/v1/tax/settings', { head_office: { address } });
      await post('/v1/tax/locations', { type: 'performance', address });
      await post('/v1/customers', { address, tax: { ip_address: '127.0.0.1' } });
      const details = { address, address_source: 'billing' };
      const sent = { currency: 'eur', line_items: [{ amount: 900, reference: 'a' }], customer_details: details };
      const { id: calculation } = await post('/v1/tax/calculations', sent);
      const sale = { calculation, reference: 'sale_1' };
      const { id } = await post('/v1/tax/transactions/create_from_calculation', sale);
      const back = { mode: 'full', original_transaction: id, reference: 'back_1' };
      await post('/v1/tax/transactions/create_reversal', back);
    },
  },
  {
    name: 'credits pay for usage, and alerts watch it',
    async tell(stage) {
      const { post } = stage;
      const customer = await customerWithCard(stage);
      const meter = await post('/v1/billing/meters', {
        display_name: 'Tokens',
        event_name: 'tokens',
        default_aggregation: { formula: 'sum' },
      });
      const usage_type = 'metered';
      const metered = await price(stage, 5, { recurring: { interval: 'month', usage_type, meter: meter.id } });
      await subscribe(stage, customer, metered);
      const credits = {
        customer,
        amount: { type: 'monetary', monetary: { currency: 'usd', value: 300 } },
        applicability_config: { scope: { price_type: 'metered' } },
      };
      const { id } = await post('/v1/billing/credit_grants', credits);
      await post(`/v1/billing/credit_grants/${id}`, { metadata: { k: 'v' } });
      const { id: wrong } = await post('/v1/billing/credit_grants', credits);
      await post(`/v1/billing/credit_grants/${wrong}/void`);
      const { id: short } = await post('/v1/billing/credit_grants', credits);
      await post(`/v1/billing/credit_grants/${short}/expire`);
      const usage_threshold = { gte: 50, meter: meter.id, recurrence: 'one_time' };
      const asked = { alert_type: 'usage_threshold', title: 'Much', usage_threshold };
      const alert = await post('/v1/billing/alerts', asked);
      const payload = { stripe_customer_id: customer, value: '100' };
      await post('/v1/billing/meter_events', { event_name: 'tokens', payload });
      await passDays(stage, 32);
      for (const verb of ['deactivate', 'activate', 'archive']) await post(`/v1/billing/alerts/${alert.id}/${verb}`);
    },
  },
  {
    name: 'people are verified, and a report is run',
    async tell(stage) {
      const { post, changed } = stage;
      const session = await post('/v1/identity/verification_sessions', { type: 'document' });
      await post(`/v1/identity/verification_sessions/${session.id}`, { metadata: { k: 'v' } });
      const body = new URLSearchParams({ answer: 'verified' });
      await fetch(within(session, 'url'), { method: 'POST', body, redirect: 'manual' });
      await changed('the person was verified');
      await stage.follow();
      await post(`/v1/identity/verification_sessions/${session.id}/redact`);
      const other = await post('/v1/identity/verification_sessions', { type: 'document' });
      await post(`/v1/identity/verification_sessions/${other.id}/cancel`);
      const parameters = { interval_start: 1, interval_end: 2_000_000_000 };
      await post('/v1/reporting/report_runs', { report_type: 'payouts.summary.1', parameters });
    },
  },
  {
    name: 'money leaves for the bank and comes from it',
    async tell(stage) {
      const { post } = stage;
      await post('/v1/charges', { amount: 9000, currency: 'usd', source: 'tok_bypassPending' });
      const { id } = await post('/v1/payouts', { amount: 1000, currency: 'usd' });
      await post(`/v1/payouts/${id}`, { metadata: { k: 'v' } });
      const { id: short } = await post('/v1/payouts', { amount: 1000, currency: 'usd' });
      await post(`/v1/payouts/${short}/cancel`);
      const { id: topup } = await post('/v1/topups', { amount: 2000, currency: 'usd' });
      await post(`/v1/topups/${topup}`, { description: 'more' });
      const { id: other } = await post('/v1/topups', { amount: 2000, currency: 'usd' });
      await post(`/v1/topups/${other}/cancel`);
      await passDays(stage, 6);
      await stage.follow();
      await post(`/v1/payouts/${id}/reverse`);
    },
  },
  {
    name: 'an event is sent again, thin events get a place to go to',
    async tell({ post, remove, get }) {
      const event = within(await get('/v1/events'), 'data.0.id');
      await post(`/v1/events/${event}/retry`);
      const { id } = await post('/v2/core/event_destinations', {
        name: 'thin',
        type: 'webhook_endpoint',
        event_payload: 'thin',
        enabled_events: ['v1.plan.deleted'],
        webhook_endpoint: { url: 'https://app.example.com/thin' },
      });
      const at = `/v2/core/event_destinations/${id}`;
      await post(at, { name: 'thinner' });
      await post(`${at}/disable`, {});
      await post(`${at}/enable`, {});
      await post(`${at}/ping`, {});
      await remove(at);
    },
  },
];

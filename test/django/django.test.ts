import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { objects } from '../../src/catalog/catalog.js';
import { startEmulator, type Emulator } from '../../emulator/src/emulator.js';
import { generateModels } from '../../src/generate/models.js';
import { commandsOf } from '../guides/snippets.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { temporaryDirectory } from '../support/demo.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import type { Started } from '../support/shell.js';
import { TOKEN, WEBHOOK_SECRET } from '../support/world.js';
import {
  copyProject,
  djangoPython,
  postForm,
  projectFolder,
  signIn,
  startSite,
  type Project,
  type Site,
} from './site.js';

const program = await djangoPython();
const CHANGES_SECRET = `whsec_${Buffer.from('what this site and Lockstep know').toString('base64')}`;
const GUIDE = 'beside-a-django-site.md';
const tables = objects.filter(({ table }) => table !== null).length;

describe.skipIf(program === undefined)('a Django site beside Lockstep on one PostgreSQL', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let database: TestDatabase;
  let pool: pg.Pool;
  let emulator: Emulator;
  let project: Project;
  let service: Started;
  let serviceUrl: string;
  let site: Site;
  let stripe: Stripe;

  beforeAll(async () => {
    [directory, database, emulator] = await Promise.all([
      temporaryDirectory(),
      createDatabase(),
      startEmulator({ port: 0, retryDelaysMs: [50, 100, 200, 400] }),
    ]);
    pool = new pg.Pool({ connectionString: database.url });
    stripe = new Stripe(emulator.secretKey, { host: '127.0.0.1', port: emulator.port, protocol: 'http' });
    const sitePort = await freePort();
    const env = {
      DATABASE_URL: database.url,
      STRIPE_SECRET_KEY: emulator.secretKey,
      STRIPE_API_BASE: emulator.url,
      STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      LOCKSTEP_TOKEN: TOKEN,
      LOCKSTEP_USER_TOKEN_SECRET: 'a secret for the tokens of users',
      LOCKSTEP_CHANGES_SECRET: CHANGES_SECRET,
      PORT: '0',
    };
    project = copyProject(directory.path, program as string, env);
    await project.shell(commandsOf(GUIDE, 'run'));
    const endpoints = commandsOf(GUIDE, 'run endpoints')
      .replace('https://shop.example.com', `http://127.0.0.1:${sitePort}`)
      .replace('"types"', '"allowPrivate": true, "types"');
    const value = await project.shell(`${endpoints}printf %s "$LOCKSTEP_ENDPOINTS"`);
    service = project.start(`env LOCKSTEP_ENDPOINTS='${value}' ${commandsOf(GUIDE, 'run serve')}`);
    const ada = `
from django.contrib.auth.models import User; from billing.models import UserProfile
ada = User.objects.create_user('ada', 'ada@example.com', 'lovelace', first_name='Ada', last_name='Lovelace')
UserProfile.objects.create(user=ada)`;
    const made = project.shell(`python3 manage.py shell -c "${ada}"`);
    [, serviceUrl = ''] = await service.says(/"url":"(http:[^"]+)"/);
    await made;
    emulator.createWebhookEndpoint({ url: `${serviceUrl}/stripe-webhooks`, secret: WEBHOOK_SECRET });
    site = await startSite(project, serviceUrl, sitePort);
  }, 120_000);
  afterAll(async () => {
    await site?.stop();
    await service?.stop();
    await emulator?.stop();
    await pool?.end();
    await directory?.remove();
  });

  const profile = async (): Promise<unknown> => {
    const { rows } = await pool.query<Record<string, unknown>>(
      'select stripe_customer_id as customer, stripe_subscription_id as subscription from billing_userprofile',
    );
    return rows[0];
  };

  test("the site's profile and page follow Stripe: a customer by the endpoint, a subscription, its end", async () => {
    const cookie = await signIn(site.url, 'ada', 'lovelace');
    const page = async (): Promise<string> => (await fetch(`${site.url}/plan/`, { headers: { cookie } })).text();
    const shows = (text: string) => eventually(async () => (await page()).includes(text), `the page says ${text}`);
    expect(await profile()).toEqual({ customer: '', subscription: '' });
    expect(await page()).toContain('You have no plan.');

    const create = `from billing.lockstep import create_customer; print(create_customer('ADA'))`;
    const customer = (await project.shell(`LOCKSTEP_URL=${serviceUrl} python3 manage.py shell -c "${create}"`)).trim();
    await eventually(
      async () => ((await profile()) as { customer: string }).customer === customer,
      'the profile names it',
    );
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ name: 'Ada Lovelace' });

    const product = await stripe.products.create({ name: 'Studio' });
    const recurring = { interval: 'month' } as const;
    const price = await stripe.prices.create({ product: product.id, unit_amount: 9_900, currency: 'usd', recurring });
    const card = await stripe.paymentMethods.attach('pm_card_visa', { customer });
    const subscription = await stripe.subscriptions.create({
      customer,
      items: [{ price: price.id }],
      default_payment_method: card.id,
    });
    await shows('You have <strong>Studio</strong>.');
    expect(await profile()).toEqual({ customer, subscription: subscription.id });

    await stripe.subscriptions.cancel(subscription.id);
    await shows('You have no plan.');
    expect(await profile()).toEqual({ customer, subscription: '' });
  });

  test('the page subscribes over HTTP, once for a key, and a form of another site subscribes nobody', async () => {
    await stripe.prices.create({
      ...{ currency: 'usd', unit_amount: 900, lookup_key: 'studio', product_data: { name: 'Desk' } },
      recurring: { interval: 'month' },
    });
    const { data } = await stripe.prices.list({ lookup_keys: ['studio'] });
    const fields = { price: data[0]?.id ?? '', key: 'drawn-with-the-page' };
    const cookie = await signIn(site.url, 'ada', 'lovelace');
    const subscribe = `${site.url}/plan/subscribe/`;
    expect((await postForm(subscribe, { cookie, csrf: false, fields })).status).toBe(403);
    const answers = [await postForm(subscribe, { cookie, fields }), await postForm(subscribe, { cookie, fields })];
    const [first, second] = (await Promise.all(answers.map((one) => one.json()))) as Record<string, unknown>[];
    expect(first).toMatchObject({ status: 'incomplete', kind: 'payment', clientSecret: expect.any(String) });
    expect(second).toEqual(first);
    const other = await stripe.prices.create({
      ...{ currency: 'usd', unit_amount: 1, product_data: { name: 'Not for sale' }, recurring: { interval: 'month' } },
    });
    const refused = await postForm(subscribe, { cookie, fields: { price: other.id } });
    expect([refused.status, await refused.json()]).toEqual([
      403,
      { code: 'price_not_allowed', message: expect.any(String) },
    ]);
    const portal = await postForm(`${site.url}/plan/portal/`, { cookie });
    expect([portal.status, portal.headers.get('location')]).toEqual([302, expect.stringContaining(emulator.url)]);
  });

  test('the commands of the guide ask the routes: their list, as the site, and as a user with a token', async () => {
    const at = `export LOCKSTEP_URL=${serviceUrl}\n`;
    expect(await project.shell(at + commandsOf(GUIDE, 'run openapi'))).toContain('/v1/users/{user}/subscriptions\n');
    writeFileSync(join(project.folder, 'shell.py'), commandsOf(GUIDE, 'run shell'));
    const said = await project.shell(`${at}python3 manage.py shell < shell.py`);
    expect(said).toBe('False\n400 return_url_refused\n');
    const access = await project.shell(at + commandsOf(GUIDE, 'run token'));
    expect(JSON.parse(access)).toMatchObject({ subscribed: false, features: [] });
  });

  test('the site reacts to a change that a signed webhook brings, and to one that it reads from the feed', async () => {
    const notices = async (id: string): Promise<unknown[]> => {
      const { rows } = await pool.query<{ status: string }>(
        'select status from billing_subscriptionnotice where subscription_id = $1 order by id',
        [id],
      );
      return rows.map(({ status }) => status);
    };
    const follow = (): Promise<string> => project.shell('python3 manage.py follow_changes --once');
    await follow(); // takes a cursor
    const customer = await stripe.customers.create({ payment_method: 'pm_card_visa' });
    const [method] = (await stripe.customers.listPaymentMethods(customer.id)).data;
    const { id: price } = await stripe.prices.create({
      ...{ currency: 'usd', unit_amount: 700, product_data: { name: 'Room' }, recurring: { interval: 'month' } },
    });
    const paid = { items: [{ price }], default_payment_method: method?.id as string };
    const { id } = await stripe.subscriptions.create({ customer: customer.id, ...paid });
    await eventually(async () => (await notices(id)).at(-1) === 'active', 'the webhook brought it');
    await stripe.subscriptions.cancel(id);
    await eventually(async () => (await notices(id)).at(-1) === 'canceled', 'the webhook brought its end');
    await pool.query('delete from billing_subscriptionnotice');
    await follow();
    expect(await notices(id)).toEqual(['canceled']); // the mirror is newer than the first change
    await pool.query('delete from billing_subscriptionnotice');
    await follow();
    expect(await notices(id)).toEqual([]); // the cursor was kept
  });

  test("the site's own tests run without Stripe and without Lockstep", async () => {
    // To drop a database PostgreSQL first writes out all that every other test has changed, which may take minutes.
    const output = await project.shell('python3 manage.py test --noinput --keepdb 2>&1');
    expect(output).toMatch(/Ran 9 tests/);
    expect(output).toMatch(/^OK$/m);
  }, 300_000);

  test("the example's models are those that the guide's commands make, and Django has no migration to make", async () => {
    const models = (folder: string): string => readFileSync(join(folder, 'mirror/models.py'), 'utf8');
    expect(models(projectFolder)).toBe(models(project.folder));
    expect(await project.shell('python3 manage.py makemigrations --check --dry-run')).toContain('No changes');
  });

  test('the models of all tables are imported and read by Django', async () => {
    const everything = join(directory.path, 'everything');
    mkdirSync(everything);
    writeFileSync(join(everything, '__init__.py'), '');
    const options = { types: [], schema: 'stripe', source: null };
    writeFileSync(join(everything, 'models.py'), generateModels('django', options));
    await pool.query(generateModels('sql', options));
    const script = join(import.meta.dirname, 'everything.py');
    expect(await project.shell(`python3 ${script} ${directory.path}`)).toBe(
      `read ${tables}\nshown as Ada and cus_1\ncalled Stripe customer and Stripe customers\n`,
    );
  });
});

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { objects } from '../../src/catalog/catalog.js';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.js';
import { generateModels } from '../../src/generate/models.js';
import { commandsOf } from '../guides/snippets.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { temporaryDirectory } from '../support/demo.js';
import { eventually } from '../support/eventually.js';
import { TOKEN, WEBHOOK_SECRET } from '../support/world.js';
import {
  copyProject,
  djangoPython,
  projectFolder,
  signIn,
  startSite,
  type Project,
  type Site,
  type Started,
} from './site.js';

const program = await djangoPython();
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
    const env = {
      DATABASE_URL: database.url,
      STRIPE_SECRET_KEY: emulator.secretKey,
      STRIPE_API_BASE: emulator.url,
      STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      LOCKSTEP_TOKEN: TOKEN,
      PORT: '0',
    };
    project = copyProject(directory.path, program as string, env);
    await project.shell(commandsOf(GUIDE, 'run'));
    service = project.start(commandsOf(GUIDE, 'run serve'));
    const ada = `
from django.contrib.auth.models import User; from billing.models import UserProfile
ada = User.objects.create_user('ada', 'ada@example.com', 'lovelace', first_name='Ada', last_name='Lovelace')
UserProfile.objects.create(user=ada)`;
    const made = project.shell(`python3 manage.py shell -c "${ada}"`);
    [, serviceUrl = ''] = await service.says(/"url":"(http:[^"]+)"/);
    await made;
    emulator.createWebhookEndpoint({ url: `${serviceUrl}/stripe-webhooks`, secret: WEBHOOK_SECRET });
    site = await startSite(project);
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

  test("the site's own tests run without Stripe and without Lockstep", async () => {
    const output = await project.shell('python3 manage.py test 2>&1');
    expect(output).toMatch(/Ran 4 tests/);
    expect(output).toMatch(/^OK$/m);
  });

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
    expect(await project.shell(`python3 ${script} ${directory.path}`)).toBe(`read ${tables}\n`);
  });
});

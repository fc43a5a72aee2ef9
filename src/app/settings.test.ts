import { expect, test } from 'vitest';
import { resolveSettings, type LockstepOptions } from './settings.js';

const good: LockstepOptions = {
  stripeKey: 'sk_test_1234',
  webhookSecret: 'whsec_1234567890abcdef',
  databaseUrl: 'postgres://h/d',
};

test.each([
  [{ basepath: '/billing' }, 'option_unknown', 'did you mean basePath?'],
  [{ strpeKey: 'sk_test_1234' }, 'option_unknown', 'did you mean stripeKey?'],
  [{ users: { profile: { tabel: 'members' } } }, 'option_unknown', 'did you mean users.profile.table?'],
  [{ basePath: 'billing' }, 'option_invalid', undefined],
  [{ basePath: '/billing?x' }, 'option_invalid', undefined],
  [{ basePath: '//evil' }, 'option_invalid', undefined],
  [{ token: 'short' }, 'option_invalid', undefined],
  [{ identify: 'ada' }, 'option_invalid', undefined],
  [{ authorize: true }, 'option_invalid', undefined],
  [{ userTokenSecret: 'short' }, 'option_invalid', undefined],
  [{ background: 'no' }, 'option_invalid', undefined],
  [{ log: { info: () => {} } }, 'option_invalid', undefined],
  [{ databaseUrl: 'mysql://h/d' }, 'option_invalid', undefined],
  [{ stripeKey: 'pk_test_1' }, 'stripe_key_invalid', undefined],
  [{ webhookSecret: 'secret' }, 'webhook_secret_invalid', undefined],
])('%j is refused at once: %s', (wrong, code, hint) => {
  const refused = expect(() => resolveSettings({ ...good, ...(wrong as object) }));
  refused.toThrow(expect.objectContaining({ code, ...(hint === undefined ? {} : { hint }) }));
});

test.each([
  [{ stripeKey: undefined }, 'stripe_key_missing'],
  [{ stripeKey: '' }, 'stripe_key_missing'],
  [{ webhookSecret: undefined }, 'webhook_secret_missing'],
])('%j is reported when the configuration is asked for: %s', (missing, code) => {
  const settings = resolveSettings({ ...good, ...missing });
  expect(() => settings.config()).toThrow(expect.objectContaining({ code }));
});

test('a base path loses the slash at its end', () => {
  const at = (basePath: string) => resolveSettings({ ...good, basePath }).basePath;
  expect([at('/'), at('/billing/'), at('/api/billing')]).toEqual(['', '/billing', '/api/billing']);
});

test('what only an app can say is not passed on to the engine', () => {
  const { config } = resolveSettings({ ...good, basePath: '/billing', identify: () => null, background: false });
  expect(Object.keys(config())).not.toContain('basePath');
});

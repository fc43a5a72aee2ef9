import { expect, test } from 'vitest';
import { resolveOptions } from '../../../engine/config.js';
import { withoutSecrets } from './redact.js';

const secrets = [
  'sk_test_topsecretkey',
  'rk_live_othersecret',
  'whsec_firstsecret',
  'whsec_secondsecret',
  'hunter2',
  'swordfish',
  'T0/B0/slack',
  'd2hzZWNfYWxlcnRzZWNyZXRhbGVydHNlY3JldA',
];

test('no key, signing secret or password is left', () => {
  const [key, other, first, second, password, parameter, path, alertKey] = secrets;
  const shown = withoutSecrets(
    resolveOptions({
      databaseUrl: `postgres://app:${password}@db.example.com:5432/app?sslmode=require&sslpassword=${parameter}`,
      stripeKey: key,
      webhookSecret: `${first},${second}`,
      sources: [{ stripeKey: other, webhookSecret: first }],
      alertUrl: `https://hooks.example.com/${path}`,
      alertSecret: `whsec_${alertKey}`,
      endpoints: [
        { name: 'app', url: `https://app.example.com/${path}`, secret: `whsec_${alertKey}`, types: ['customer'] },
      ],
    }),
  );
  const text = JSON.stringify(shown);
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  expect(shown).toMatchObject({
    databaseUrl: 'postgres://app:***@db.example.com:5432/app?sslmode=require&sslpassword=***',
    stripeKey: 'sk_test_…',
    webhookSecret: 'whsec_… (2 of them)',
    sources: [{ stripeKey: 'rk_live_…', webhookSecret: 'whsec_…' }],
    alertUrl: 'https://hooks.example.com/…',
    alertSecret: 'whsec_…',
    endpoints: [{ name: 'app', url: 'https://app.example.com/…', secret: 'whsec_…', types: ['customer'] }],
  });
});

test('what is not set is shown as such, and what is malformed is not shown', () => {
  expect(withoutSecrets(resolveOptions({}))).toMatchObject({ databaseUrl: null, stripeKey: null, webhookSecret: null });
  const shown = withoutSecrets(resolveOptions({ stripeKey: 'pasted-something-else' }));
  expect(shown['stripeKey']).toBe('(set, and not of the form of a key)');
});

import { describe, expect, test } from 'vitest';
import { openDoor, type Sender, type Use } from './door.js';

const HOST = '127.0.0.1:4747';
const program: Sender = {
  host: HOST,
  ...{ origin: undefined, site: undefined, mode: undefined, dest: undefined },
  method: 'POST',
};
const link = { method: 'GET', mode: 'navigate', dest: 'document' };
const admits = (sender: Partial<Sender>, use: Use, allowed: string[] = []): boolean =>
  openDoor(allowed).refusal({ ...program, ...sender }, use) === undefined;

describe('a name of the server', () => {
  test.each(['127.0.0.1:4747', 'localhost:4747', 'LOCALHOST', 'app.localhost:1', '[::1]:4747', '127.0.0.2', '127.1'])(
    '%s is a loopback name',
    (host) => expect(admits({ host }, 'own')).toBe(true),
  );

  test.each([
    ...['evil.example', 'evil.example:4747', 'localhost.evil.example', '127.0.0.1.evil.example', '0.0.0.0:4747'],
    ...['10.0.0.7', '[::ffff:10.0.0.7]', 'localhost.', 'notlocalhost', '', 'a b', 'localhost/x', 'x@localhost'],
    ...['localhost:4747:1', 'localhost#', '[::1', undefined],
  ])('%s is none', (host) => {
    expect(admits({ host }, 'own')).toBe(false);
    expect(admits({ host, ...link }, 'page')).toBe(false);
    expect(admits({ host }, 'script')).toBe(false);
  });

  test('is known when it was allowed, in any letters and with any port', () => {
    for (const host of ['stripe:4747', 'STRIPE', 'stripe']) expect(admits({ host }, 'own', ['Stripe'])).toBe(true);
    expect(admits({ host: 'stripe.evil.example' }, 'own', ['stripe'])).toBe(false);
    expect(openDoor().refusal({ ...program, host: 'stripe:80' }, 'own')?.hint).toContain('--allow-host stripe');
  });

  test.each(['http://stripe', 'stripe:80', 'a/b', '', '*', 'a b'])('cannot be allowed as %s', (name) => {
    expect(() => openDoor([name])).toThrow(/not a host name/);
  });
});

describe('a page', () => {
  const evil = { origin: 'https://evil.example', site: 'cross-site', mode: 'cors', dest: 'empty' };
  const guest = { origin: 'http://localhost:3000', site: 'cross-site', mode: 'cors', dest: 'empty' };
  const own = { origin: `http://${HOST}`, site: 'same-origin', mode: 'cors', dest: 'empty' };
  const sandboxed = { ...evil, origin: 'null' };
  const old = { origin: 'https://evil.example' };
  const image = { method: 'GET', site: 'cross-site', mode: 'no-cors', dest: 'image' };
  const followed = { ...link, site: 'cross-site' };
  const framed = { ...followed, dest: 'iframe' };
  const posted = { ...evil, mode: 'navigate', dest: 'document' };
  const all: Record<string, [Partial<Sender>, Use[]]> = {
    'of this server may use all of it': [own, ['own', 'page', 'framed', 'shared', 'script']],
    'that a person opened may use all of it': [
      { ...link, site: 'none' },
      ['own', 'page', 'framed', 'shared', 'script'],
    ],
    'of another origin may load the script alone': [evil, ['script']],
    'without an origin as well': [sandboxed, ['script']],
    'in a browser that says its origin alone as well': [old, ['script']],
    'that shows an address as an image as well': [image, ['script']],
    'that posts a form as well': [posted, ['script']],
    'of a loopback name may also ask what is shared': [guest, ['shared', 'script']],
    'that links here may lead to pages': [followed, ['page', 'framed', 'script']],
    'whose form is answered with a redirect here too': [
      { ...followed, origin: 'https://shop.example' },
      ['page', 'framed', 'script'],
    ],
    'that frames one may show what is meant to be framed': [framed, ['framed', 'script']],
  };
  const uses: Use[] = ['own', 'page', 'framed', 'shared', 'script'];
  test.each(Object.entries(all))('%s', (_, [sender, may]) => {
    expect(uses.filter((use) => admits(sender, use))).toEqual(may);
  });

  test('is a guest only when it is another one, of a known name', () => {
    const door = openDoor(['app.test']);
    const origins = [
      'http://localhost:3000',
      'https://127.0.0.1',
      'http://app.test',
      `http://${HOST}`,
      'null',
      'http://x',
    ];
    expect(origins.map((origin) => door.guest({ ...program, origin }) === origin)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

import { expect, test } from 'vitest';
import { returnUrl } from './return-url.js';

const origins = ['https://app.example.com', 'http://127.0.0.1:3000'];

test.each([
  ['/account', 'https://app.example.com/account'],
  ['/', 'https://app.example.com/'],
  ['/a?next=//evil.example', 'https://app.example.com/a?next=//evil.example'],
  ['https://app.example.com/done', 'https://app.example.com/done'],
  ['http://127.0.0.1:3000/x', 'http://127.0.0.1:3000/x'],
  ['/done?session={CHECKOUT_SESSION_ID}', 'https://app.example.com/done?session={CHECKOUT_SESSION_ID}'],
])('%s leads to %s', (asked, url) => {
  expect(returnUrl(asked, origins)).toBe(url);
});

test.each([
  ['another host', 'https://evil.example/'],
  ['no scheme', '//evil.example'],
  ['three slashes', '///evil.example'],
  ['a backslash for a slash', '/\\evil.example'],
  ['backslashes in an address', 'https:\\\\evil.example'],
  ['a backslash before the host ends', 'https://evil.example\\@app.example.com/'],
  ['a scheme without slashes', 'https:evil.example'],
  ['one slash', 'https:/evil.example'],
  ['a user who looks like the host', 'https://app.example.com@evil.example/'],
  ['a user at the right host', 'https://user@app.example.com/'],
  ['a password at the right host', 'https://user:pass@app.example.com/'],
  ['another port', 'https://app.example.com:8443/'],
  ['another scheme of the same host', 'http://app.example.com/'],
  ['a host that only begins so', 'https://app.example.com.evil.example/'],
  ['a script', 'javascript:alert(1)'],
  ['data', 'data:text/html,x'],
  ['a tab that browsers drop', '/\t/evil.example'],
  ['a line break', 'https://app.example.com/\nx'],
  ['a blank before', ' https://app.example.com/'],
  ['a letter that looks like another', 'https://аpp.example.com/'],
  ['nothing', ''],
  ['a relative path', 'account'],
  ['something very long', `/${'a'.repeat(3_000)}`],
])('%s is refused', (_, asked) => {
  expect(() => returnUrl(asked, origins)).toThrow(
    expect.objectContaining({ code: 'return_url_refused', hint: expect.any(String) }),
  );
});

test('where no origin is listed nothing is allowed', () => {
  expect(() => returnUrl('/account', [])).toThrow(expect.objectContaining({ code: 'return_url_refused' }));
});

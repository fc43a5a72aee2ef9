import { LOOPBACK_SOURCES } from '../../../src/kernel/door.js';

/** What every answer says: its type is the one it names, and no other site learns an address of this one. */
export const EVERY_ANSWER = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** No page may show it in a frame. */
const UNFRAMED = { 'x-frame-options': 'DENY' } as const;

/** The policy of answers that are not pages: nothing in them runs or loads. */
export const DATA_POLICY = {
  ...UNFRAMED,
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

/** Of the dashboard: its own script, style and data, and nothing inside the page itself. */
export const DASHBOARD_POLICY = {
  ...UNFRAMED,
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
} as const;

export interface HostedPolicy {
  /** Shown in a frame by pages of this machine, as banks' pages are. Default: by none. */
  framed?: boolean;
  /** The schemes of the app's addresses that its form leads to, which may lead on to others. Default: to this server alone. */
  leads?: readonly string[];
}

/** The schemes of an app in a browser. */
export const WEB: readonly string[] = ['http:', 'https:'];

/** Of a page that a customer is sent to. It has no script at all. */
export function hostedPagePolicy({ framed = false, leads = [] }: HostedPolicy): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    'img-src data:',
    // A browser follows a form only to where this allows, also when the answer sends it on.
    `form-action ${["'self'", ...leads].join(' ')}`,
    "base-uri 'none'",
    `frame-ancestors ${framed ? ["'self'", ...LOOPBACK_SOURCES].join(' ') : "'none'"}`,
  ].join('; ');
  return { ...(framed ? {} : UNFRAMED), 'content-security-policy': policy };
}

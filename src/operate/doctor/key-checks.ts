import type { Facts } from './facts.js';
import { failure, given, ok, warning, type Check, type Judgment } from './finding.js';
import { part } from './facts.js';
import type { StripeFacts } from './stripe-facts.js';

const each =
  (judge: (one: StripeFacts, index: number, facts: Facts) => Judgment): Check<Facts>['judge'] =>
  (facts) =>
    given<Facts, readonly StripeFacts[]>(
      ({ stripe }) => stripe,
      (all) => all.map((one, index) => judge(one, index, facts)),
    )(facts);

const modeOf = ({ livemode }: StripeFacts): string => (livemode ? 'live mode' : 'test mode');

/** What is configured, the keys, and the clock that their answers show. */
export const keyChecks: readonly Check<Facts>[] = [
  {
    area: 'settings',
    check: 'options',
    judge: ({ local: { config } }) =>
      'value' in config ? ok('every option is valid') : failure(config.failed, config.next),
  },
  {
    area: 'key',
    check: 'works',
    judge: (facts) =>
      'failed' in facts.stripe
        ? failure(facts.stripe.failed, facts.stripe.next)
        : facts.stripe.value.map((one) => {
            switch (one.key.state) {
              case 'works':
                return ok(`belongs to ${one.key.account}, ${modeOf(one)}`);
              case 'unnamed':
                return warning(
                  'it works, but may not read its own account',
                  'give it read access to "Accounts", or set STRIPE_ACCOUNT',
                );
              case 'refused':
                return failure(one.key.reason, 'set STRIPE_SECRET_KEY to the current key; it may have been rolled');
              case 'unreachable':
                return failure(one.key.reason, 'check the network and STRIPE_API_BASE');
              default:
                return one.key satisfies never;
            }
          }),
  },
  {
    area: 'key',
    check: 'account',
    judge: each((one, _, facts) => {
      const status = part('status')(facts);
      if (one.key.state !== 'works') return warning('not checked: the account of the key is not known', 'see above');
      const { account } = one.key;
      if ('failed' in status) return warning(`not checked: ${status.failed}`, status.next);
      const bound = status.value.sources.filter(({ account: of, platform }) => of === platform);
      const same = bound.filter(({ livemode }) => livemode === one.livemode);
      if (same.some((source) => source.account === account)) return ok(`is the account that this database mirrors`);
      const others = same.map((source) => source.account).join(', ');
      if (others !== '')
        return failure(
          `this database mirrors ${others}, and the key belongs to ${account}`,
          `use a key of ${others}, or another database for ${account}`,
        );
      if (bound.length === 0) return ok('this database mirrors no account yet; the first start binds it');
      return warning(
        `this database mirrors ${one.livemode ? 'test' : 'live'} mode, and the key is of ${modeOf(one)}`,
        'use a key of the same mode, unless both belong in one database',
      );
    }),
  },
  {
    area: 'key',
    check: 'permissions',
    judge: each(({ isRestricted, unreadable }) => {
      if (!isRestricted) return ok('not restricted: it may read every type');
      if ('failed' in unreadable) return warning(`not checked: ${unreadable.failed}`, unreadable.next);
      const missing = unreadable.value;
      if (missing.length === 0) return ok('restricted, and may list every type');
      const named = missing.slice(0, 6).join(', ') + (missing.length > 6 ? ` and ${missing.length - 6} more` : '');
      return warning(`may not list ${named}`, 'give the restricted key read access to them in the Stripe Dashboard');
    }),
  },
  {
    area: 'key',
    check: 'events',
    judge: each(({ key, newestEvent }) => {
      if ('value' in newestEvent) return ok('may read the list of events');
      if (key.state !== 'works' && key.state !== 'unnamed') return warning(`not checked: ${key.reason}`, 'see above');
      return failure(
        `cannot read the list of events: ${newestEvent.failed}`,
        'give the key read access to "Events": what no webhook brings is found there',
      );
    }),
  },
  {
    area: 'clock',
    check: 'offset',
    judge: each(({ skewMs }) => {
      if ('failed' in skewMs) return warning(`not checked: ${skewMs.failed}`, skewMs.next);
      const seconds = skewMs.value / 1_000;
      const text = `${Math.abs(seconds).toFixed(1)} s ${seconds < 0 ? 'behind' : 'ahead of'} Stripe's`;
      if (Math.abs(seconds) > SIGNATURE_S)
        return failure(`our clock is ${text}: every delivery is refused`, 'set the clock of this machine (NTP)');
      if (Math.abs(seconds) > SLACK_S) return warning(`our clock is ${text}`, 'set the clock of this machine (NTP)');
      return ok(`within ${SLACK_S} s of Stripe's`);
    }),
  },
  {
    area: 'version',
    check: 'account default',
    judge: each(({ newestEvent }, _, { local: { apiVersion } }) => {
      if ('failed' in newestEvent) return warning(`not checked: ${newestEvent.failed}`, newestEvent.next);
      const version = newestEvent.value?.apiVersion ?? null;
      if (version === null) return ok(`Lockstep reads in ${apiVersion}; the account has no event that names another`);
      if (version === apiVersion) return ok(`events are written in ${apiVersion}, as Lockstep reads`);
      return ok(`events are written in ${version}; Lockstep reads objects in ${apiVersion} whatever the default is`);
    }),
  },
  {
    area: 'version',
    check: 'node',
    judge: ({ local: { node, version } }) => {
      const [major = 0, minor = 0] = node.split('.').map(Number);
      const isOld = major < 20 || (major === 20 && minor < 19);
      return isOld
        ? failure(`Node ${node} is too old for lockstep ${version}`, 'install Node 20.19 or later')
        : ok(`lockstep ${version} on Node ${node}`);
    },
  },
];

/** Stripe's libraries refuse a signature that is older, and so does Lockstep. */
const SIGNATURE_S = 300;
const SLACK_S = 2;

import type { Billing } from '../billing/billing.js';

/** Billing whose first call opens it. */
export function lazyBilling(open: () => Promise<Billing>): Billing {
  const on =
    <Given extends unknown[], Result>(call: (billing: Billing, ...given: Given) => Promise<Result>) =>
    async (...given: Given): Promise<Result> =>
      call(await open(), ...given);
  return {
    customers: {
      ensure: on((billing, user) => billing.customers.ensure(user)),
    },
    users: {
      changed: on((billing, user, metadata) => billing.users.changed(user, metadata)),
      differences: on((billing, user) => billing.users.differences(user)),
      deleted: on((billing, userId, what) => billing.users.deleted(userId, what)),
      orphans: on((billing) => billing.users.orphans()),
    },
    subscriptions: {
      create: on((billing, request) => billing.subscriptions.create(request)),
      preview: on((billing, user, id, change) => billing.subscriptions.preview(user, id, change)),
      change: on((billing, user, id, change) => billing.subscriptions.change(user, id, change)),
      cancel: on((billing, user, id, at) => billing.subscriptions.cancel(user, id, at)),
      resume: on((billing, user, id) => billing.subscriptions.resume(user, id)),
      pause: on((billing, user, id, until) => billing.subscriptions.pause(user, id, until)),
    },
    sessions: {
      checkout: on((billing, request) => billing.sessions.checkout(request)),
      portal: on((billing, request) => billing.sessions.portal(request)),
      setup: on((billing, request) => billing.sessions.setup(request)),
    },
    usage: {
      report: on((billing, report) => billing.usage.report(report)),
    },
    for: on((billing, user) => billing.for(user)),
    settled: on((billing, customerId, timeoutMs) => billing.settled(customerId, timeoutMs)),
  };
}

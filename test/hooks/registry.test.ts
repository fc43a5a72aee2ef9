import { expect, test } from 'vitest';
import { createHooks, type HookRegistry } from '../../src/hooks/registry.js';

const refused = (register: (hooks: HookRegistry) => void) => {
  const hooks = createHooks();
  try {
    register(hooks);
  } catch (error) {
    return error;
  }
  return undefined;
};
const nothing = (): void => {};

test.each<[string, (hooks: HookRegistry) => void, RegExp, RegExp]>([
  [
    'a misspelled type',
    (h) => h.onChange('subscripton' as 'subscription', nothing),
    /Unknown object type/,
    /subscription/,
  ],
  [
    'a misspelled event',
    (h) => h.onEvent('invoice.payed' as 'invoice.paid', nothing),
    /Unknown event type/,
    /invoice\.paid/,
  ],
  ['a child', (h) => h.after('subscription_item', nothing), /with its parent/, /subscription/],
  ['a type that is not mirrored', (h) => h.onChange('ephemeral_key', nothing), /not mirrored/, /secret/],
  ['what only events report', (h) => h.onChange('discount', nothing), /cannot be confirmed/, /onEvent/],
  ['a time that is none', (h) => h.after('customer', nothing, { timeoutMs: 5 }), /timeoutMs/, /milliseconds/],
  ['no function', (h) => h.after('customer', undefined as never), /not a function/, /function/],
  [
    'the same twice',
    (h) => {
      h.onChange('customer', nothing);
      h.onChange('customer', nothing);
    },
    /hook named onChange customer is already registered/,
    /name/,
  ],
  [
    'one that comes too late',
    (h) => {
      h.taken();
      h.after('customer', nothing);
    },
    /too late/,
    /before/,
  ],
])('%s is refused with a next step', (_, register, message, hint) => {
  const error = refused(register) as { code: string; message: string; hint: string };
  expect(error).toMatchObject({ code: 'option_invalid' });
  expect(error.message).toMatch(message);
  expect(error.hint).toMatch(hint);
});

test("a hook's object and event have the types of Stripe's SDK", () => {
  const hooks = createHooks();
  hooks.onChange('subscription', ({ before, after }) => {
    const status: string | undefined = after?.status;
    const customer: string | undefined = typeof before?.customer === 'string' ? before.customer : undefined;
    // @ts-expect-error a subscription has no such field
    void [status, customer, after?.no_such_field];
  });
  hooks.onEvent('invoice.payment_failed', ({ event, object }) => {
    const due: number | undefined = object?.amount_due;
    // @ts-expect-error it is the event that was asked for
    const type: 'customer.updated' = event.type;
    void [due, type];
  });
  hooks.after('customer', nothing, { name: 'second' });
  expect(hooks.taken().map(({ name }) => name)).toEqual([
    'onChange subscription',
    'onEvent invoice.payment_failed',
    'second',
  ]);
});

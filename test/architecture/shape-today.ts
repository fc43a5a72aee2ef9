/** Files that import each other in a circle. */
export const cycles: readonly string[][] = [];

/** Functions of more than 60 lines. */
export const longFunctions: readonly string[] = [
  'emulator/src/nouns/charge/create.ts newCharge',
  'emulator/src/nouns/checkout-session/create.ts shape',
  'emulator/src/nouns/invoice/draft.ts draftInvoice',
  'emulator/src/nouns/subscription/new-row.ts newSubscription',
  'emulator/web/app.tsx App',
  'emulator/web/clock/clocks.tsx Clocks',
  'emulator/web/coupon/coupon.tsx Coupon',
  'emulator/web/customer/customer.tsx Customer',
  'emulator/web/event/event.tsx Event',
  'emulator/web/find.tsx Find',
  'emulator/web/list-page.tsx ListPage',
];

/** Functions with more than four parameters. */
export const manyParameters: readonly string[] = [];

/** Names of types that two files of `src` export. */
export const twiceNamed: readonly string[] = [];

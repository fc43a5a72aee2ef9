/** Files that import each other in a circle. */
export const cycles: readonly string[][] = [];

/** Functions of more than 60 lines. */
export const longFunctions: readonly string[] = [
  'src/emulator/emulator.ts startEmulator',
  'src/emulator/resources/charge.ts newCharge',
  'src/emulator/resources/checkout-create.ts createCheckout',
  'src/emulator/resources/checkout-create.ts shape',
  'src/emulator/resources/credit-note-create.ts createCreditNote',
  'src/emulator/resources/event-destination.ts eventDestinationOperations',
  'src/emulator/resources/invoice-draft.ts draftInvoice',
  'src/emulator/resources/subscription-new.ts newSubscription',
  'src/http/demo/side-by-side.ts createSideBySide',
  'src/http/sample/routes.ts createSampleRoutes',
  'web/emulator/app.tsx App',
  'web/emulator/clocks.tsx Clocks',
  'web/emulator/coupon.tsx Coupon',
  'web/emulator/customer.tsx Customer',
  'web/emulator/event.tsx Event',
  'web/emulator/find.tsx Find',
  'web/emulator/list-page.tsx ListPage',
  'web/emulator/payment.tsx Payment',
  'web/emulator/product.tsx PriceActions',
  'web/emulator/webhook.tsx (unnamed)',
  'web/emulator/webhook.tsx Webhook',
  'web/sample/payment.tsx Payment',
];

/** Functions with more than four parameters. */
export const manyParameters: readonly string[] = [
  'src/emulator/api/expand.ts descend',
  'src/emulator/api/expand.ts walk',
  'src/emulator/api/list.ts page',
  'src/emulator/api/params.ts bounded',
  'src/emulator/api/search.ts clauseOf',
  'src/emulator/control/control.ts control',
  'src/emulator/resources/credit-note-create.ts moveMoney',
  'src/emulator/resources/lifecycle.ts enqueue',
  'src/emulator/resources/lifecycle.ts liveUntil',
  'src/emulator/resources/line-items.ts addItems',
  'src/emulator/resources/schedule-apply.ts settingsOf',
  'src/emulator/resources/subscription-bill.ts draftForSubscription',
  'src/emulator/resources/subscription-items.ts addItem',
  'src/emulator/resources/subscription-items.ts changeItem',
  'src/emulator/resources/subscription-proration.ts prorationItem',
  'src/emulator/server.ts send',
];

/** Names of types that two files of `src` export. */
export const twiceNamed: readonly string[] = [];

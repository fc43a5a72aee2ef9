/** The test cards in the picker, each with its outcome. */
export const testCards: readonly (readonly [number: string, outcome: string])[] = [
  ['4242 4242 4242 4242', 'Accepted'],
  ['4000 0025 0000 3155', '3-D Secure, then accepted'],
  ['4000 0000 0000 0002', 'Declined'],
  ['4000 0000 0000 9995', 'Declined: insufficient funds'],
];

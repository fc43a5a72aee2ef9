// What is sold is the app's own decision, never the browser's.
export const plans = {
  team: String(process.env.PRICE_ID),
  business: String(process.env.BUSINESS_PRICE_ID),
};

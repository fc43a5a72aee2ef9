// The server decides what is sold, not the browser.
export const plans = {
  team: String(process.env.PRICE_ID),
  business: String(process.env.BUSINESS_PRICE_ID),
};

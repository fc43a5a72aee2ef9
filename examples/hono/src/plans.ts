/** The ids of the prices that the app sells; a subscription starts with `team` and may be upgraded. */
export interface Plans {
  team: string;
  business: string;
}

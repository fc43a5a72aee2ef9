/** The ids of the prices that the app sells. A subscription starts with `team` and can be upgraded to `business`. */
export interface Plans {
  team: string;
  business: string;
}

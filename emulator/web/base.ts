/** What the addresses of this page's namespace begin with: `/ns/ada`. Empty for the default account. */
export const base = (): string => /^\/ns\/[A-Za-z0-9]+/.exec(location.pathname)?.[0] ?? '';

/** The part of Stripe's appearance options that has a meaning here; the rest is ignored. */
export interface Appearance {
  readonly theme?: string;
  readonly variables?: Readonly<Record<string, string>>;
}

/** Puts an appearance onto an element's host as custom properties. */
export function dress(host: HTMLElement, appearance: Appearance | undefined): void {
  const scheme = appearance?.theme === undefined ? undefined : (schemes[appearance.theme] ?? 'light');
  if (scheme) host.style.colorScheme = scheme;
  for (const [name, property] of Object.entries(properties)) {
    const value = appearance?.variables?.[name];
    if (value !== undefined) host.style.setProperty(property, value);
  }
}

const schemes: Readonly<Record<string, string>> = { stripe: 'light', flat: 'light', night: 'dark' };

const properties: Readonly<Record<string, string>> = {
  colorPrimary: '--lockstep-accent',
  colorBackground: '--lockstep-field',
  colorText: '--lockstep-ink',
  colorTextSecondary: '--lockstep-soft',
  colorDanger: '--lockstep-bad',
  borderRadius: '--lockstep-radius',
  fontFamily: '--lockstep-font',
  fontSizeBase: '--lockstep-size',
};

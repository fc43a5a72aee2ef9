/** The appearance options that the emulator's elements follow. The rest of Stripe's options are ignored. */
export interface Appearance {
  readonly theme?: string;
  readonly variables?: Readonly<Record<string, string>>;
}

/** Sets the appearance on an element's host, as CSS custom properties. */
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

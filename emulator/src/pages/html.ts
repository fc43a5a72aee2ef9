/** Text that is HTML already. Everything else is escaped. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | readonly Html[] | string | number | null | undefined;

/** `html\`<p>${anything}</p>\``: what is put in cannot be markup unless it is Html itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(
    strings.reduce((text, string, index) => text + (index === 0 ? '' : written(parts[index - 1])) + string, ''),
  );
}

function written(part: Part): string {
  if (part === null || part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return String(part).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/**
 * A link to an address that a caller gave. A state file of an older emulator may hold one that would run as a script: such an
 * address is not made a link.
 */
export const linkTo = (address: string, text: string): Html =>
  isWebAddress(address) ? html`<a href="${address}">${text}</a>` : html`${text}`;

/** Whether a browser can open an address without running anything in it. */
export const isWebAddress = (address: string): boolean => /^https?:\/\/[^\s]+$/i.test(address) && URL.canParse(address);

/** The address of the pages' style. It is a separate file, so that their policy allows no inline style. */
export const STYLE_PATH = '/assets/hosted.css';

/** The look of the dashboard, in its colors. */
export const STYLE = `
:root {
  color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif;
  --paper: light-dark(#f6f5f1, #121416); --surface: light-dark(#fffefb, #191c1f); --line: light-dark(#e3e1da, #2c3135);
  --edge: light-dark(#8b8981, #6d757b); --ink: light-dark(#1b1d1f, #e9e9e6); --soft: light-dark(#5c6064, #a3a9ad);
  --accent: light-dark(#0d6b64, #62cbc0); --on-accent: light-dark(#ffffff, #06201e); --bad: light-dark(#a5271e, #f29489); --warn: light-dark(#9a5b00, #e5b567)
}
body { margin: 0 auto; max-width: 34rem; padding: 16px 16px 48px; background: var(--paper); color: var(--ink); overflow-wrap: anywhere }
h1 { font-size: 20px; margin: 20px 0 12px } h2 { font-size: 16px; margin: 28px 0 8px } a { color: var(--accent) }
.signs { padding: 6px 10px; border-left: 3px solid var(--warn); background: var(--surface); font-size: 13px } .signs p { margin: 0 }
.mark { margin: 0; border-bottom: 1px solid var(--line); padding-bottom: 8px; font-size: 13px; color: var(--soft) }
form { display: grid; gap: 12px; margin: 12px 0 } label { display: grid; gap: 4px }
input, select, textarea, button { font: inherit; min-width: 0; padding: 8px 10px; border-radius: 6px; border: 1px solid var(--edge); background: var(--surface); color: inherit }
input[type=checkbox], input[type=radio] { justify-self: start; accent-color: var(--accent) }
button { background: var(--accent); color: var(--on-accent); border-color: transparent; font-weight: 500; cursor: pointer }
button.quiet { background: var(--surface); color: inherit; border-color: var(--line) }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
fieldset { display: grid; gap: 12px; margin: 0; padding: 12px; border: 1px solid var(--line); border-radius: 6px } legend { padding: 0 4px; font-weight: 500 }
input[readonly] { color: var(--soft); background: var(--paper) }
.row { display: flex; gap: 12px; flex-wrap: wrap } .row > label { flex: 1 1 8rem }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums } td { padding: 6px 0; border-bottom: 1px solid var(--line) }
td:last-child { text-align: right } [role=alert] { border-left: 3px solid var(--bad); padding-left: 8px; color: var(--bad) }
`;

const MARK = html`<header><p class="mark">Local emulator: no money moves here</p></header>`;

/** The page with more in its header. */
export const withHeader = (text: string, more: Html): string =>
  text.replace(MARK.text, () => MARK.text.replace('</header>', `${more.text}</header>`));

/** A whole page, which says that it is not Stripe's. */
export function page(title: string, content: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · local emulator</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${STYLE_PATH}" />
      </head>
      <body>
        ${MARK}
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html>`.text;
}

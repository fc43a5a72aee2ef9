/** Text that is HTML already; everything else is escaped where it is put in. */
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

const STYLE = `
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif }
body { margin: 0 auto; max-width: 34rem; padding: 24px 16px }
h1 { font-size: 20px } h2 { font-size: 16px; margin-top: 24px }
.mark { border-bottom: 1px solid; padding-bottom: 8px; opacity: .75 }
form { display: grid; gap: 12px; margin: 12px 0 } label { display: grid; gap: 4px }
input, button { font: inherit; padding: 8px; border-radius: 6px; border: 1px solid #8888; background: Field; color: FieldText }
button { background: #3949ab; color: #fff; border-color: #3949ab; cursor: pointer } button.quiet { background: none; color: inherit }
.row { display: flex; gap: 12px; flex-wrap: wrap } .row > label { flex: 1 1 8rem }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums } td { padding: 4px 0; border-bottom: 1px solid #8884 }
td:last-child { text-align: right } [role=alert] { border-left: 3px solid #c62828; padding-left: 8px }
`;

/** A whole page, which says that it is not Stripe's. */
export function page(title: string, content: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · local emulator</title>
        <link rel="icon" href="data:," />
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <p class="mark">Local emulator: no money moves here</p>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
      </body>
    </html>`.text;
}

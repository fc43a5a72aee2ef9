/** One statement: its text with `$1…` placeholders, and the values bound to them. */
export interface Sql {
  readonly text: string;
  readonly values: readonly unknown[];
}

class Fragment implements Sql {
  constructor(
    readonly text: string,
    readonly values: readonly unknown[],
  ) {}
}

/**
 * SQL as it is written: every `${value}` is bound, never spliced, except another `sql` fragment, which is inlined with
 * its own values.
 */
export function sql(strings: TemplateStringsArray, ...parts: unknown[]): Sql {
  let text = strings[0] ?? '';
  const values: unknown[] = [];
  parts.forEach((part, index) => {
    if (part instanceof Fragment) {
      const shift = values.length;
      text += part.text.replace(/\$(\d+)/g, (_, n: string) => `$${Number(n) + shift}`);
      values.push(...part.values);
    } else {
      values.push(part);
      text += `$${values.length}`;
    }
    text += strings[index + 1] ?? '';
  });
  return new Fragment(text, values);
}

/** A name (schema, table, column) as SQL: quoted, so that any name is only ever a name. */
export function name(...path: readonly string[]): Sql {
  return new Fragment(path.map(quoteName).join('.'), []);
}

export function quoteName(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** Text that we wrote ourselves (a generated expression, a fragment from configuration): spliced as it is. */
export function trusted(text: string): Sql {
  return new Fragment(text, []);
}

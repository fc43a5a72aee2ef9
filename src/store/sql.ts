/** A SQL statement or a part of one: its text with `$1…` placeholders, and the values bound to them. */
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
 * Builds SQL from a template. Each `${value}` becomes a bound parameter. A fragment (from `sql`, `name` or `trusted`)
 * is inserted as SQL instead, and its values are bound too.
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

/** A quoted identifier, such as `"stripe"."customers"`. Because of the quotes, no name is ever read as SQL. */
export function name(...path: readonly string[]): Sql {
  return new Fragment(path.map(quoteName).join('.'), []);
}

export function quoteName(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** A string in single quotes. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Inserts the text as SQL, unchanged. Only for SQL that Lockstep or the app's configuration wrote, never for input. */
export function trusted(text: string): Sql {
  return new Fragment(text, []);
}

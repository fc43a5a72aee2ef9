import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** The variables of a file as shells and Node read it: `NAME=value`, with or without quotes. Empty if there is no file. */
export function readEnvFile(file: string): Record<string, string> {
  if (!existsSync(file)) return {};
  const lines = readFileSync(file, 'utf8').split('\n');
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value = ''] = /^\s*(?:export\s+)?([A-Z_][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, unquoted(value.trim())]];
    }),
  );
}

/** Adds what the file does not have yet, and lets only its owner read it. Returns the names that were added. */
export function writeEnvFile(file: string, variables: Readonly<Record<string, string>>): string[] {
  const before = readEnvFile(file);
  const missing = Object.entries(variables).filter(([name]) => (before[name] ?? '') === '');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const start = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  if (missing.length > 0) {
    const temporary = `${file}.new`;
    const added = missing.map(([name, value]) => `${name}=${quoted(value)}\n`).join('');
    writeFileSync(temporary, start + added, { mode: 0o600 });
    chmodSync(temporary, 0o600);
    renameSync(temporary, file); // a crash leaves the old file or the new one
  } else if (text !== '') chmodSync(file, 0o600);
  return missing.map(([name]) => name);
}

/** In single quotes nothing means anything to a shell but the quote itself, which no key or address has. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", '%27')}'`;
}

function unquoted(value: string): string {
  return /^(['"])(.*)\1$/.exec(value)?.[2] ?? value;
}

import { readFileSync } from 'node:fs';
import { MIRROR_STANDIN, type LiveSchema } from './live-schema.js';
import { quoteName } from './sql.js';

/**
 * Made when Lockstep is built: an embedded database is migrated, and its catalog is read. Absent when the sources run as they are.
 */
const file = new URL('../../expected-schema.json', import.meta.url);

/** What this version expects, with the mirror in this schema; undefined where the sources run as they are. */
export function expectedSchema(mirrorSchema: string, from: URL = file): LiveSchema | undefined {
  let text: string;
  try {
    text = readFileSync(from, 'utf8');
  } catch {
    return undefined;
  }
  return withMirror(JSON.parse(text) as LiveSchema, mirrorSchema);
}

/** The description with the mirror's real schema in place of the stand-in. */
export function withMirror(expected: LiveSchema, mirrorSchema: string): LiveSchema {
  const name = JSON.stringify(nameInFunction(mirrorSchema)).slice(1, -1);
  return JSON.parse(JSON.stringify(expected).replaceAll(MIRROR_STANDIN, name)) as LiveSchema;
}

/** A schema's name as PostgreSQL itself writes it: a plain name that is not a keyword stands without quotes. */
export function nameInFunction(schema: string): string {
  return keyword.test(schema) ? quoteName(schema) : schema;
}

// The reserved words, and those that only a function or a type may not have (quote_ident quotes every word but an unreserved one).
const keyword =
  /^(all|analyse|analyze|and|any|array|as|asc|asymmetric|authorization|between|bigint|binary|bit|boolean|both|case|cast|char|character|check|coalesce|collate|collation|column|concurrently|constraint|create|cross|current_\w+|dec|decimal|default|deferrable|desc|distinct|do|else|end|except|exists|extract|false|fetch|float|for|foreign|freeze|from|full|grant|greatest|group|grouping|having|ilike|in|initially|inner|inout|int|integer|intersect|interval|into|is|isnull|join|json\w*|lateral|leading|least|left|like|limit|localtime|localtimestamp|merge_action|national|natural|nchar|none|normalize|not|notnull|null|nullif|numeric|offset|on|only|or|order|out|outer|overlaps|overlay|placing|position|precision|primary|real|references|returning|right|row|select|session_user|setof|similar|smallint|some|substring|symmetric|system_user|table|tablesample|then|time|timestamp|to|trailing|treat|trim|true|union|unique|user|using|values|varchar|variadic|verbose|when|where|window|with|xml\w+)$/;

import { invalid, notBuilt } from './problem.js';

/** How one request parameter is read: from the decoded form (text, lists, hashes of text) to a checked value. */
export interface Param<T> {
  readonly needed: boolean;
  /** @param at the parameter's name as Stripe writes it, e.g. `items[0][price]`. */
  read(raw: unknown, at: string): T;
}
export interface Needed<T> extends Param<T> {
  readonly needed: true;
}
export type Params = Readonly<Record<string, Param<unknown>>>;

type NeededKeys<P> = { [K in keyof P]: P[K] extends Needed<unknown> ? K : never }[keyof P];
type Read<P> = P extends Param<infer T> ? T : never;
/** The checked values of a request: the needed ones are there, the others may be absent. */
export type Values<P extends Params> = { [K in NeededKeys<P>]: Read<P[K]> } & {
  [K in Exclude<keyof P, NeededKeys<P>>]?: Read<P[K]>;
};

export const needed = <T>(param: Param<T>): Needed<T> => ({ ...param, needed: true });

const optional = <T>(read: (raw: unknown, at: string) => T): Param<T> => ({ needed: false, read });

/** `''` unsets: it is read as null. */
export const emptyable = <T>(param: Param<T>): Param<T | null> =>
  optional((raw, at) => (raw === '' ? null : param.read(raw, at)));

const TEXT_MAX = 5000;

export const text = (max = TEXT_MAX): Param<string> =>
  optional((raw, at) => {
    const value = scalar(raw, at, 'string');
    if (value === '') throw emptyText(at);
    if (value.length > max) {
      throw invalid(`Invalid string: ${shorten(value)}; must be at most ${max} characters`, at);
    }
    return value;
  });

/**
 * A web address, `http:` or `https:`. Every page may link to it: nothing in it can run or be hidden from the eye.
 * @param schemes what else may stand before the `://`: an app's own scheme, for those that leave a browser
 */
export const webAddress = (max = TEXT_MAX, schemes: 'app' | 'web' = 'web'): Param<string> =>
  optional((raw, at) => {
    const value = text(max).read(raw, at) ?? '';
    const [, scheme] = /^([a-z][a-z0-9+.-]*):/i.exec(value) ?? [];
    if (scheme === undefined) {
      throw invalid('Invalid URL: An explicit scheme (such as https) must be provided.', at, 'url_invalid');
    }
    const isWeb = /^https?:\/\//i.test(value);
    const isApp = schemes === 'app' && !NO_APP.has(scheme.toLowerCase()) && value.startsWith(`${scheme}://`);
    // A browser drops tabs and line ends inside an address, and blanks around it.
    const isPlain = !/[\u0000-\u0020\u007f-\u009f\u2028\u2029\ufeff\\]/.test(value) && URL.canParse(value);
    if (isPlain && (isWeb || isApp)) return value;
    throw invalid('Not a valid URL', at, 'url_invalid');
  });

/** Schemes of the browser itself, which no app has. */
const NO_APP: ReadonlySet<string> = new Set([
  ...['about', 'blob', 'chrome', 'data', 'file', 'filesystem', 'ftp', 'http', 'https', 'intent', 'jar', 'javascript'],
  ...['livescript', 'mailto', 'mhtml', 'mocha', 'resource', 'vbscript', 'view-source', 'ws', 'wss'],
]);

/**
 * An address with something before its one @, and a host name with a dot behind it: `ada@gmail` is refused, as the errors
 * that developers report of Stripe show (https://github.com/exercism/website/issues/7721).
 */
export const email = (max = 512): Param<string> =>
  optional((raw, at) => {
    const value = text(max).read(raw, at);
    if (value !== undefined && /^[^\s@]+@[\p{L}\p{N}][\p{L}\p{N}-]*(\.[\p{L}\p{N}][\p{L}\p{N}-]*)+$/u.test(value))
      return value;
    throw invalid(`Invalid email address: ${shorten(String(value))}`, at, 'email_invalid');
  });

export const integer = (min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER): Param<number> =>
  optional((raw, at) => {
    const value = scalar(raw, at, 'integer');
    if (!/^-?\d{1,15}$/.test(value))
      throw invalid(`Invalid integer: ${shorten(value)}`, at, 'parameter_invalid_integer');
    return bounded(Number(value), value, at, { min, max });
  });

function bounded(value: number, written: string, at: string, { min, max }: { min: number; max: number }): number {
  if (value < min) {
    throw invalid(`This value must be greater than or equal to ${min}.`, at, 'parameter_invalid_integer');
  }
  if (value > max) {
    throw invalid(
      `This value must be less than or equal to ${max} (it currently is '${written}').`,
      at,
      'parameter_invalid_integer',
    );
  }
  return value;
}

/** A decimal amount of minor units with up to 12 places, kept as text as Stripe does. */
export const decimal = (): Param<string> =>
  optional((raw, at) => {
    const value = scalar(raw, at, 'decimal');
    if (!/^-?\d{1,15}(\.\d{1,12})?$/.test(value)) throw invalid(`Invalid decimal: ${shorten(value)}`, at);
    return value;
  });

export const fraction = (min: number, max: number): Param<number> =>
  optional((raw, at) => {
    const value = scalar(raw, at, 'number');
    const number = Number(value);
    if (value === '' || !Number.isFinite(number)) throw invalid(`Invalid decimal: ${shorten(value)}`, at);
    return bounded(number, value, at, { min, max });
  });

export const flag = (): Param<boolean> =>
  optional((raw, at) => {
    const value = scalar(raw, at, 'boolean');
    // The official command line sends `True`, and Stripe takes it.
    if (!/^(true|false)$/i.test(value)) throw invalid(`Invalid boolean: ${shorten(value)}`, at);
    return value.toLowerCase() === 'true';
  });

/** Epoch seconds. */
export const timestamp = (): Param<number> =>
  optional((raw, at) => {
    const value = scalar(raw, at, 'timestamp');
    if (!/^\d{1,12}$/.test(value)) {
      throw invalid(`Invalid timestamp: must be an integer Unix timestamp`, at, 'parameter_invalid_integer');
    }
    return Number(value);
  });

export const oneOf = <const V extends readonly string[]>(...words: V): Param<V[number]> =>
  optional((raw, at) => {
    const value = scalar(raw, at, 'string');
    if (value === '') throw emptyText(at);
    if (!words.includes(value)) throw invalid(`Invalid ${at}: must be ${alternatives(words)}`, at);
    return value;
  });

/** A word or whatever else the parameter may be: `'now'` or a time, a hash or an id. */
export const either = <A, B>(is: (raw: unknown) => boolean, first: Param<A>, second: Param<B>): Param<A | B> =>
  optional((raw, at) => (is(raw) ? first.read(raw, at) : second.read(raw, at)));

export const orWord = <T, const W extends string>(word: W, param: Param<T>): Param<T | W> =>
  optional((raw, at) => (raw === word ? word : param.read(raw, at)));

export const hash = <P extends Params>(fields: P): Param<Values<P>> =>
  optional((raw, at) => readParams(fields, asHash(raw, at), at));

export const listOf = <T>(of: Param<T>, max = 100): Param<T[]> =>
  optional((raw, at) => {
    const items = asList(raw, at);
    if (items.length > max) throw invalid(`Array must have at most ${max} elements (it has ${items.length})`, at);
    return items.map((item, index) => of.read(item, `${at}[${index}]`));
  });

/** Keys of the caller's choosing. */
export const mapOf = <T>(of: Param<T>): Param<Record<string, T>> =>
  optional((raw, at) =>
    Object.fromEntries(Object.entries(asHash(raw, at)).map(([key, value]) => [key, of.read(value, `${at}[${key}]`)])),
  );

const METADATA = { keys: 50, key: 40, value: 500 };

/** Metadata as sent: null clears all of it, `''` removes one key. */
export const metadata = (): Param<Record<string, string> | null> =>
  optional((raw, at) => {
    if (raw === '') return null;
    const sent = asHash(raw, at);
    for (const [key, value] of Object.entries(sent)) {
      if (key.length > METADATA.key) {
        throw invalid(`Invalid metadata key: keys may be at most ${METADATA.key} characters`, `${at}[${key}]`);
      }
      if (scalar(value, `${at}[${key}]`, 'string').length > METADATA.value) {
        throw invalid(
          `Metadata values can have up to ${METADATA.value} characters, but you passed in a value that is ` +
            `${String(value).length} characters. Invalid value: ${shorten(String(value))}`,
          `${at}[${key}]`,
        );
      }
    }
    return { ...(sent as Record<string, string>) };
  });

/** What the row holds after `sent` was merged into `old`, as Stripe merges metadata. */
export function mergeMetadata(
  old: Readonly<Record<string, string>> | null,
  sent: Readonly<Record<string, string>> | null | undefined,
): Record<string, string> {
  if (sent === null) return {};
  const merged = Object.fromEntries(Object.entries({ ...old, ...sent }).filter(([, value]) => value !== ''));
  if (Object.keys(merged).length > METADATA.keys) {
    throw invalid(`Metadata may have at most ${METADATA.keys} keys`, 'metadata');
  }
  return merged;
}

/** Accepted, but without effect. */
export const accepted = (): Param<unknown> => optional((raw) => raw);

/** Known to Stripe, refused here: silence would make a test pass that must not. */
export const unbuilt = (): Param<undefined> =>
  optional((_raw, at) => {
    throw notBuilt(`the parameter '${at}'`);
  });

/** Names that Stripe knows for a call and that are not built here. */
export const unbuiltAll = (...names: string[]): Record<string, Param<undefined>> =>
  Object.fromEntries(names.map((name) => [name, unbuilt()]));

const NAMED_MAX = 50;

/**
 * Reads a request's parameters: unknown ones are refused first, then each is checked, then the needed ones must be there.
 * @throws Problem in Stripe's words, with the parameter's full name.
 */
export function readParams<P extends Params>(
  params: P,
  raw: Readonly<Record<string, unknown>>,
  inside = '',
): Values<P> {
  const name = (key: string): string => (inside === '' ? key : `${inside}[${key}]`);
  const unknown = Object.keys(raw).filter((key) => !Object.hasOwn(params, key));
  if (unknown.length > 0) {
    const names = unknown.slice(0, NAMED_MAX).map((key) => shorten(name(key)));
    const more = unknown.length > NAMED_MAX ? ', …' : '';
    throw invalid(
      `Received unknown parameter${unknown.length > 1 ? 's' : ''}: ${names.join(', ')}${more}`,
      names[0],
      'parameter_unknown',
    );
  }
  const values: Record<string, unknown> = {};
  for (const [key, param] of Object.entries(params)) {
    const value = raw[key];
    if (value !== undefined) values[key] = param.read(value, name(key));
    else if (param.needed) throw invalid(`Missing required param: ${name(key)}.`, name(key), 'parameter_missing');
  }
  return values as Values<P>;
}

export function isHash(raw: unknown): raw is Record<string, unknown> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

function asHash(raw: unknown, at: string): Record<string, unknown> {
  if (!isHash(raw)) throw invalid('Invalid object', at);
  return raw;
}

function asList(raw: unknown, at: string): unknown[] {
  if (Array.isArray(raw)) return raw;
  if (isHash(raw) && Object.keys(raw).every((key) => /^\d+$/.test(key))) return Object.values(raw);
  throw invalid('Invalid array', at);
}

function scalar(raw: unknown, at: string, wanted: string): string {
  if (typeof raw !== 'string') throw invalid(`Invalid ${wanted}: ${shorten(JSON.stringify(raw))}`, at);
  return raw;
}

function emptyText(at: string): Error {
  return invalid(
    `You passed an empty string for '${at}'. We assume empty values are an attempt to unset a parameter; however ` +
      `'${at}' cannot be unset. You should remove '${at}' from your request or supply a non-empty value.`,
    at,
    'parameter_invalid_empty',
  );
}

const shorten = (value: string): string => (value.length > 100 ? `${value.slice(0, 97)}...` : value);

function alternatives(words: readonly string[]): string {
  if (words.length < 3) return words.length === 2 ? `either ${words.join(' or ')}` : String(words[0]);
  return `one of ${words.slice(0, -1).join(', ')}, or ${words.at(-1)}`;
}

// @ts-check
/**
 * @typedef {import('./read.mjs').Entry} Entry
 * @typedef {import('./read.mjs').Item} Item
 * @typedef {import('./read.mjs').Member} Member
 * @typedef {import('./comment.mjs').Comment} Comment
 * @typedef {import('./entries.mjs').Page} Page
 * @typedef {Map<string, string>} Links from what can be named to where it is described
 */

const NOTE = '<!-- Written by `npm run generate:api` from the docstrings; do not edit. -->';

/**
 * The pages, by file name.
 * @param {readonly Page[]} pages
 * @param {Map<string, Entry>} entries
 * @returns {Map<string, string>}
 */
export function markdownOf(pages, entries) {
  /** @type {Links} */
  const links = new Map();
  for (const { file, entries: of } of pages) {
    for (const { name, values } of itemsOf(of, entries)) {
      links.set(name, `${file}#${anchorOf(name)}`);
      if (name === 'ErrorCode') for (const { value } of values) links.set(value, `${file}#${anchorOf(name)}`);
    }
  }
  const written = pages.map((page) => /** @type {const} */ ([page.file, pageOf(page, entries, links)]));
  return new Map([['README.md', indexOf(pages, entries)], ...written]);
}

/** @param {readonly string[]} of @param {Map<string, Entry>} entries */
const itemsOf = (of, entries) => of.flatMap((name) => entries.get(name)?.sections.flatMap(({ items }) => items) ?? []);

/** @param {readonly Page[]} pages @param {Map<string, Entry>} entries */
function indexOf(pages, entries) {
  const list = pages.map(({ file, title, intro, entries: of }) => {
    const names = itemsOf(of, entries).map(({ name }) => `[\`${name}\`](${file}#${anchorOf(name)})`);
    return `## [${title}](${file})\n\n${fill(intro)}\n\n${fill(names.join(' · '))}`;
  });
  return [
    NOTE,
    '# The public API',
    'Everything that can be imported from the package, as its docstrings say it. Where nothing else is said, a time is a `Date`, a\n' +
      'length of time is in milliseconds and its name ends in `Ms`, an amount of money is a whole number in the currency’s smallest\n' +
      'unit, and what is asynchronous rejects with a [`LockstepError`](lockstep.md#locksteperror), whose codes are\n' +
      '[listed](lockstep.md#errorcode). The HTTP API has a document of its own, which the service answers at `/v1/openapi.json`.',
    ...list,
  ]
    .join('\n\n')
    .concat('\n');
}

/** @param {Page} page @param {Map<string, Entry>} entries @param {Links} links */
function pageOf({ file, title, intro, entries: of }, entries, links) {
  const here = new Map([...links].map(([name, link]) => [name, link.replace(new RegExp(`^${file}`), '')]));
  const parts = of.map((name) => {
    const entry = /** @type {Entry} */ (entries.get(name));
    return { name, sections: entry.sections.filter(({ items }) => items.length > 0) };
  });
  const contents = parts.flatMap(({ name, sections }) =>
    sections.map(({ title: of, items }) => {
      const names = items.map((item) => `[\`${item.name}\`](#${anchorOf(item.name)})`).join(' · ');
      return fill(`- **${of || name}**: ${names}`).replaceAll('\n', '\n  ');
    }),
  );
  const body = parts.flatMap(({ name, sections }) =>
    sections.flatMap(({ title: section, text, items }) => [
      ...(section !== '' ? [`## ${section}`] : of.length > 1 ? [`## Of ${name}`, importOf(name)] : []),
      ...(text === '' ? [] : [text]),
      ...items.map((item) => itemOf(item, here)),
    ]),
  );
  const how = of.length === 1 ? of.map(importOf) : [];
  const top = [NOTE, `# ${title}`, fill(`${intro} [All pages](README.md).`), ...how, contents.join('\n')];
  return [...top, ...body].join('\n\n').concat('\n');
}

/** @param {string} entry */
const importOf = (entry) => `\`\`\`ts\nimport { … } from '${entry}';\n\`\`\``;

/** @param {Item} item @param {Links} links */
function itemOf(item, links) {
  const methods = item.members.filter(({ code }) => code !== undefined);
  const fields = item.members.filter(({ code }) => code === undefined);
  const groups = fields.filter(({ name }) => methods.some((method) => method.name.startsWith(`${name}.`)));
  const plain = fields.filter((field) => !groups.includes(field));
  const rows = [...groups, ...methods].sort((a, b) => item.members.indexOf(a) - item.members.indexOf(b));
  return [
    `### ${item.name}`,
    ...(item.code === '' ? [] : [`\`\`\`ts\n${item.code}\n\`\`\``]),
    ...saidOf(item.comment, links),
    ...typesIn(item.code, links, item.name),
    ...(item.extends.length === 0
      ? []
      : [`Has everything of ${item.extends.map((one) => typeOf(one, links)).join(' and ')} as well.`]),
    ...(plain.length === 0 ? [] : [fieldsOf(plain, links)]),
    ...(item.values.length === 0 ? [] : [valuesOf(item, links)]),
    ...rows.flatMap((row) => methodOf(item.name, row, links)),
  ].join('\n\n');
}

/** @param {string} owner @param {Member} method @param {Links} links */
function methodOf(owner, { name, code, comment }, links) {
  if (code === undefined) return [`#### ${owner}.${name}`, ...saidOf(comment, links)];
  return [`#### ${owner}.${name}()`, `\`\`\`ts\n${code}\n\`\`\``, ...saidOf(comment, links), ...typesIn(code, links)];
}

/** What a signature names that is described too. @param {string} code @param {Links} links @param {string} [self] */
function typesIn(code, links, self) {
  const names = new Set(code.match(/\b[A-Z]\w+/g));
  const types = [...names].flatMap((one) => (one === self ? [] : (linkOf(one, links) ?? [])));
  return types.length === 0 ? [] : [`See ${types.join(', ')}.`];
}

/** @param {readonly Member[]} fields @param {Links} links */
function fieldsOf(fields, links) {
  const rows = fields.map(
    ({ name, optional, type, comment }) =>
      `| \`${name}${optional ? '?' : ''}\` | ${typeOf(type, links)} | ${saidOf(comment, links).join(' ').replace(/\s+/g, ' ').replaceAll('|', '\\|')} |`,
  );
  return ['| field | type | |', '| --- | --- | --- |', ...rows].join('\n');
}

/** @param {Item} item @param {Links} links */
function valuesOf({ values }, links) {
  const rows = values.map(({ value, comment }) => `| \`${value}\` | ${saidOf(comment, links).join(' ')} |`);
  return ['| value | |', '| --- | --- |', ...rows].join('\n');
}

/** @param {Comment | undefined} comment @param {Links} links @returns {string[]} */
function saidOf(comment, links) {
  if (comment === undefined) return [];
  const named = comment.params.map((one) => one.replace(/^(\w+) /, '`$1`: '));
  const thrown = comment.throws.map((one) =>
    one.replace(/`?\b([a-z]+_\w+)\b`?/g, (text, code) => linkOf(code, links) ?? text),
  );
  return [
    comment.text,
    ...named,
    ...comment.returns.map((one) => `Returns ${one}.`.replace(/\.\.$/, '.')),
    ...(thrown.length === 1 ? [`Throws ${thrown[0]}.`.replace(/\.\.$/, '.')] : []),
    ...(thrown.length > 1 ? [`Throws\n\n${thrown.map((one) => `- ${one}`).join('\n')}`] : []),
  ].filter((one) => one !== '');
}

/** A type in code, with a link at each name that is described. @param {string} type @param {Links} links */
function typeOf(type, links) {
  const parts = type.split(/(?<!')\b([A-Z]\w+)\b/);
  const linked = parts.map((part) =>
    part === '' ? '' : (linkOf(part, links) ?? `\`${part.replaceAll('|', '\\|')}\``),
  );
  return linked.join('').replaceAll('``', ''); // two pieces of code side by side are one
}

/** @param {string} name @param {Links} links */
function linkOf(name, links) {
  const link = links.get(name);
  return link === undefined ? undefined : `[\`${name}\`](${link})`;
}

/** As the sites that show Markdown make it of a heading. @param {string} name */
const anchorOf = (name) =>
  name
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');

/** A second heading of the same name would get another anchor than the links have. @param {string} page */
export function repeatedAnchors(page) {
  const anchors = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
  return anchors.filter((anchor, at) => anchors.indexOf(anchor) !== at);
}

/** Lines of 120 characters at most. @param {string} text */
function fill(text) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(/ (?!·)/)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length < 120) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}

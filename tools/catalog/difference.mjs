import { generators } from '../../dist/src/generate/models.js';
import { pascal, tablesFrom } from '../../dist/src/generate/table.js';

/**
 * What differs between two catalogs, for those who read the mirror.
 *
 * @typedef {import('../../dist/src/catalog/object.js').CatalogObject} CatalogObject
 * @typedef {import('../../dist/src/generate/table.js').Table} Table
 *
 * @typedef {object} TableDifference
 * @property {string} table
 * @property {string} model the name of the model, in the libraries that name a row
 * @property {string[]} added `name (kind)`
 * @property {string[]} removed
 * @property {string[]} changed `name (kind before → kind after)`
 * @property {string[]} targets of `lockstep generate` whose model differs
 *
 * @typedef {object} Differences
 * @property {string[]} addedTables
 * @property {string[]} removedTables
 * @property {TableDifference[]} tables
 * @property {string[]} addedEvents
 * @property {string[]} removedEvents
 */

/** @param {CatalogObject[]} before @param {CatalogObject[]} after @returns {Differences} */
export function differencesOf(before, after) {
  const old = new Map(tablesFrom(before).map((table) => [table.name, table]));
  const now = new Map(tablesFrom(after).map((table) => [table.name, table]));
  const events = (catalog) => new Set(catalog.flatMap((object) => [...object.events]));
  return {
    addedTables: missingFrom(old, now),
    removedTables: missingFrom(now, old),
    tables: [...now.values()].flatMap((table) => {
      const previous = old.get(table.name);
      return previous === undefined ? [] : tableDifference(previous, table);
    }),
    addedEvents: missingFrom(events(before), events(after)),
    removedEvents: missingFrom(events(after), events(before)),
  };
}

/** The names in `there` that `here` lacks. @param {{ has(name: string): boolean }} here @param {{ keys(): Iterable<string> }} there */
function missingFrom(here, there) {
  return [...there.keys()].filter((name) => !here.has(name)).sort();
}

/** @param {Table} before @param {Table} after @returns {TableDifference[]} */
function tableDifference(before, after) {
  const old = new Map(before.columns.map((column) => [column.name, column]));
  const now = new Map(after.columns.map((column) => [column.name, column]));
  const kinds = (names, columns) => names.map((name) => `${name} (${kindOf(columns.get(name))})`);
  const changed = [...now.keys()].filter((name) => old.has(name) && kindOf(old.get(name)) !== kindOf(now.get(name)));
  const targets = Object.keys(generators).filter((target) => modelOf(target, before) !== modelOf(target, after));
  const difference = {
    table: after.name,
    model: pascal(after.object),
    added: kinds(missingFrom(old, now), now),
    removed: kinds(missingFrom(now, old), old),
    changed: changed.map((name) => `${name} (${kindOf(old.get(name))} → ${kindOf(now.get(name))})`),
    targets,
  };
  const { added, removed } = difference;
  return added.length + removed.length + changed.length + targets.length === 0 ? [] : [difference];
}

/** @param {import('../../dist/src/generate/table.js').TableColumn} column */
const kindOf = ({ kind, references }) => (references === null ? kind : `${kind} to ${references}`);

/** @param {string} target @param {Table} table */
function modelOf(target, table) {
  return generators[target]({ tables: [table], schema: 'stripe', source: null, head: () => '' });
}

/** @param {string} from @param {string} to @param {Differences} differences */
export function reportOf(from, to, { addedTables, removedTables, tables, addedEvents, removedEvents }) {
  const names = (list) => list.map((name) => `\`${name}\``).join(', ');
  const lines = [
    `## From Stripe's API ${from} to ${to}\n`,
    ...section('New tables', addedTables, names),
    ...section('Tables of types that Stripe no longer has (they stay, and get no new rows)', removedTables, names),
    ...section('New event types', addedEvents, names),
    ...section('Event types that Stripe no longer has', removedEvents, names),
    ...section('Columns and models', tables, (list) =>
      [
        '| table | added | removed (stay, become null) | changed | models that differ |',
        '| --- | --- | --- | --- | --- |',
        ...list.map(
          ({ table, model, added, removed, changed, targets }) =>
            `| \`${table}\` | ${names(added)} | ${names(removed)} | ${names(changed)} | \`${model}\`: ${targets.join(', ')} |`,
        ),
      ].join('\n'),
    ),
  ];
  return lines.length === 1 ? `${lines[0]}\nNothing differs.\n` : lines.join('\n');
}

/** @template T @param {string} title @param {T[]} list @param {(list: T[]) => string} show */
function section(title, list, show) {
  return list.length === 0 ? [] : [`### ${title}\n\n${show(list)}\n`];
}

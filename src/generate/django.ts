import type { ColumnKind } from '../catalog/catalog.js';
import type { Models } from './models.js';
import { PREFIX, viewColumns } from './sql.js';
import { pascal, type Table, type TableColumn } from './table.js';

const kinds: Readonly<Record<ColumnKind, string>> = {
  text: 'models.TextField',
  reference: 'models.TextField',
  boolean: 'models.BooleanField',
  time: 'models.DateTimeField',
  bigint: 'models.BigIntegerField',
  numeric: 'models.DecimalField',
  json: 'models.JSONField',
};

/** Keywords of Python, and attributes that every Django model has. */
const taken = new Set([
  'check',
  'class',
  'clean',
  'def',
  'delete',
  'from',
  'global',
  'import',
  'in',
  'is',
  'objects',
  'pass',
  'pk',
  'return',
  'save',
]);

/** Unmanaged Django models over the views of `generate sql`, one Python file. */
export function djangoModels({ tables, head }: Models): string {
  const known = new Set(tables.map(({ name }) => name));
  return `${head('#')}
# The views behind these models are made by \`lockstep generate sql\`; Django neither makes nor changes them.
from django.db import models

${tables.map((table) => model(table, tables, known)).join('\n')}`;
}

function model(table: Table, tables: readonly Table[], known: ReadonlySet<string>): string {
  const title = titleOf(table);
  const names = new Set(table.columns.map(({ name }) => name));
  const fields = viewColumns(table).map((column) => {
    const target = column.references !== null && known.has(column.references) ? column.references : null;
    // Django reads the customer of a subscription as `subscription.customer`, and its id as `subscription.customer_id`.
    const isKey = target !== null && !names.has(`${column.name}_id`);
    return isKey ? foreignKey(column, className(tables, target)) : field(column);
  });
  return `
class ${className(tables, table.name)}(models.Model):
${fields.map((line) => `    ${line}`).join('\n')}

    class Meta:
        managed = False
        db_table = "${PREFIX}${table.name}"
        verbose_name = "Stripe ${wordsOf(table.object)}"
        verbose_name_plural = "Stripe ${wordsOf(table.name)}"

    def __str__(self):
        return ${title === undefined ? 'self.id' : `self.${attribute(title)} or self.id`}
`;
}

/** The columns that describe an object best, best first. Django's admin and shell show their text for the object. */
const titles = ['name', 'number', 'nickname', 'email', 'code', 'description', 'display_name'];

const titleOf = ({ columns }: Table): string | undefined =>
  titles.find((title) => columns.some(({ name, kind }) => name === title && kind === 'text'));

const wordsOf = (name: string): string => name.replaceAll(/[._]/g, ' ');

const className = (tables: readonly Table[], name: string): string =>
  `Stripe${pascal(tables.find((table) => table.name === name)?.object ?? name)}`;

function field({ name, kind, isRequired }: TableColumn): string {
  if (name === 'id') return 'id = models.TextField(primary_key=True)';
  const options = [
    ...(taken.has(name) ? [`db_column="${name}"`] : []),
    ...(kind === 'numeric' ? ['max_digits=38', 'decimal_places=12'] : []),
    ...(isRequired ? [] : ['null=True']),
  ];
  return `${attribute(name)} = ${kinds[kind]}(${options.join(', ')})`;
}

function foreignKey({ name }: TableColumn, target: string): string {
  const options = [
    `"${target}"`,
    'models.DO_NOTHING',
    `db_column="${name}"`,
    'db_constraint=False',
    'null=True',
    'related_name="+"',
  ];
  return `${attribute(name)} = models.ForeignKey(${options.join(', ')})`;
}

function attribute(name: string): string {
  return taken.has(name) ? `stripe_${name}` : name;
}

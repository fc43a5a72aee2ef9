import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { hash, integer, listOf, needed, text, timestamp } from '../../api/params.js';
import { invalid, missing } from '../../api/problem.js';
import { given, retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Json } from '../../state/rows.js';
import type { Unit } from '../../state/unit.js';
import { currencyParam } from '../shared/params.js';
import { REPORTS, csvOf } from './reports.js';

const parameters = () =>
  hash({
    columns: listOf(text(), 100),
    connected_account: text(),
    currency: currencyParam(),
    interval_end: timestamp(),
    interval_start: timestamp(),
    payout: text(),
    reporting_category: text(),
    timezone: text(),
  });

/** There are so few types that one page has them all. */
const PAGE = { ending_before: text(), limit: integer(1, 100), starting_after: text() };
const DAY = 86_400;

/** Reports about the balance (https://docs.stripe.com/reports/report-types). They are there at once. */
export const reportOperations: readonly Operation[] = [
  operation(
    'POST /v1/reporting/report_runs',
    { parameters: parameters(), report_type: needed(text()) },
    ({ unit, params }) => {
      const type = REPORTS[params.report_type];
      if (type === undefined) throw missing('report type', params.report_type, 'report_type', 400);
      const sent = params.parameters ?? {};
      for (const name of ['interval_start', 'interval_end'] as const) {
        if (sent[name] !== undefined) continue;
        const at = `parameters[${name}]`;
        throw invalid(`Missing required param: ${at}.`, at, 'parameter_missing');
      }
      const unknown = sent.columns?.find((column) => !type.columns.includes(column));
      if (unknown !== undefined) throw invalid(`The report has no column ${unknown}.`, 'parameters[columns]');
      const row = unit.insert('reporting.report_run', {
        id: newId('frr'),
        object: 'reporting.report_run',
        created: unit.now,
        error: null,
        livemode: false,
        parameters: given(sent),
        report_type: params.report_type,
        result: null,
        status: 'pending',
        succeeded_at: null,
      });
      unit.later((after) => finish(after, row.id));
      return unit.view('reporting.report_run', row);
    },
  ),
  retrieveOperation('/v1/reporting/report_runs', 'reporting.report_run'),
  listOperation('/v1/reporting/report_runs', {
    type: 'reporting.report_run',
    filters: { created: range('created') },
  }),
  operation('GET /v1/reporting/report_types', PAGE, ({ unit }) => ({
    object: 'list',
    data: Object.keys(REPORTS).map((id) => typeOf(unit, id)),
    has_more: false,
    url: '/v1/reporting/report_types',
  })),
  operation('GET /v1/reporting/report_types/:id', {}, ({ unit, at: { id = '' } }) => {
    if (REPORTS[id] === undefined) throw missing('report type', id, 'id', 404);
    return typeOf(unit, id);
  }),
];

/** The file is written: `reporting.report_run.succeeded`. */
function finish(unit: Unit, id: string): void {
  const { parameters: sent, report_type: type } = unit.need('reporting.report_run', id);
  const content = csvOf(unit, type, {
    from: sent.interval_start ?? 0,
    to: sent.interval_end ?? unit.now,
    ...given({ columns: sent.columns, currency: sent.currency }),
  });
  const file = newId('file');
  unit.insert('file', {
    id: file,
    object: 'file',
    created: unit.now,
    expires_at: unit.now + 365 * DAY,
    filename: `${id}.csv`,
    purpose: 'finance_report_run',
    size: content.length,
    title: `FinanceReportRun ${id}`,
    type: 'csv',
    url: `${unit.store.origin}/files/${file}`,
    hidden: { content },
  });
  unit.update('reporting.report_run', id, { result: file, status: 'succeeded', succeeded_at: unit.now });
  unit.emit('reporting.report_run.succeeded', 'reporting.report_run', id);
}

/** Data are there from the beginning until the last midnight. */
function typeOf({ now }: Unit, id: string): Json {
  const midnight = Math.floor(now / DAY) * DAY;
  return {
    id,
    object: 'reporting.report_type',
    data_available_end: midnight,
    data_available_start: midnight - 365 * DAY,
    default_columns: REPORTS[id]?.columns ?? [],
    livemode: false,
    name: REPORTS[id]?.name ?? id,
    updated: midnight,
    version: Number(id.split('.').at(-1)),
  };
}

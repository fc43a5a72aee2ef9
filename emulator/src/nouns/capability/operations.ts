import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { flag, integer, text } from '../../api/params.js';
import { missing } from '../../api/problem.js';
import { connected } from '../account/connected.js';
import { idOfCapability, request } from './request.js';

/** Stripe's list has one page. */
const PAGE = { ending_before: text(), limit: integer(1, 100), starting_after: text() };

/** What a connected account may do (https://docs.stripe.com/api/capabilities). */
export const capabilityOperations: readonly Operation[] = [
  operation('GET /v1/accounts/:id/capabilities', PAGE, ({ unit, at: { id = '' } }) => {
    connected(unit, id);
    const data = unit.all('capability', 'account', id).map((row) => unit.view('capability', row));
    return { object: 'list', data, has_more: false, url: `/v1/accounts/${id}/capabilities` };
  }),
  operation('GET /v1/accounts/:account/capabilities/:id', {}, ({ unit, at: { account = '', id = '' } }) => {
    connected(unit, account);
    const row = unit.find('capability', idOfCapability(account, id));
    if (row === undefined) throw missing('capability', id, 'id', 404);
    return unit.view('capability', row);
  }),
  operation(
    'POST /v1/accounts/:account/capabilities/:id',
    { requested: flag() },
    ({ unit, at: { account = '', id = '' }, params }) => {
      connected(unit, account);
      const row = unit.find('capability', idOfCapability(account, id));
      if (params.requested === undefined && row === undefined) throw missing('capability', id, 'id', 404);
      const changed = params.requested === undefined ? row : request(unit, account, id, params.requested);
      return changed === undefined ? {} : unit.view('capability', changed);
    },
  ),
];

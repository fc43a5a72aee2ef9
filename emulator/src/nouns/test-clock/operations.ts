import type Stripe from 'stripe';
import { listOperation } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { needed, text, timestamp, unbuiltAll } from '../../api/params.js';
import { invalid, Problem } from '../../api/problem.js';
import { deletedStub, retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import { endCustomer } from '../customer/delete.js';
import { liveUntil } from '../../clock/lifecycle.js';

const KEPT_SECONDS = 30 * 86_400;
/** Stripe allows two years for an empty clock, and two intervals with subscriptions. Here it is always two years. */
const ADVANCE_MAX_SECONDS = 2 * 366 * 86_400;

export const testClockOperations: readonly Operation[] = [
  operation(
    'POST /v1/test_helpers/test_clocks',
    { frozen_time: needed(timestamp()), name: text(300), ...unbuiltAll('customer') },
    ({ unit, params }) => {
      const row: Stripe.TestHelpers.TestClock = {
        id: newId('clock'),
        object: 'test_helpers.test_clock',
        created: unit.wall,
        deletes_after: unit.wall + KEPT_SECONDS,
        frozen_time: params.frozen_time,
        livemode: false,
        name: params.name ?? null,
        status: 'ready',
        status_details: {},
      };
      return unit.view('test_helpers.test_clock', unit.insert('test_helpers.test_clock', row));
    },
  ),
  retrieveOperation('/v1/test_helpers/test_clocks', 'test_helpers.test_clock'),
  operation('DELETE /v1/test_helpers/test_clocks/:id', {}, ({ unit, at }) => {
    const { id } = unit.need('test_helpers.test_clock', at.id ?? '');
    for (const customer of unit.all('customer', 'test_clock', id)) endCustomer(unit, customer.id);
    unit.remove('test_helpers.test_clock', id);
    return deletedStub(id, 'test_helpers.test_clock');
  }),
  operation(
    'POST /v1/test_helpers/test_clocks/:id/advance',
    { frozen_time: needed(timestamp()) },
    ({ unit, at, params }) => {
      const row = unit.need('test_helpers.test_clock', at.id ?? '');
      checkTarget(row, params.frozen_time);
      unit.update(
        'test_helpers.test_clock',
        row.id,
        { status: 'advancing', status_details: { advancing: { target_frozen_time: params.frozen_time } } },
        [],
      );
      unit.emit('test_helpers.test_clock.advancing', 'test_helpers.test_clock', row.id);
      unit.later((after) => arrive(after, row.id, params.frozen_time));
      return unit.show('test_helpers.test_clock', row.id);
    },
  ),
  listOperation('/v1/test_helpers/test_clocks', { type: 'test_helpers.test_clock', filters: {} }),
];

function checkTarget(row: Stripe.TestHelpers.TestClock, target: number): void {
  if (row.status !== 'ready') {
    throw new Problem(429, 'The test clock is advancing; wait until its status is `ready`.', {
      type: 'invalid_request_error',
      code: 'test_clock_advancing',
    });
  }
  if (target <= row.frozen_time) throw invalid('The frozen time must be after the current one.', 'frozen_time');
  if (target - row.frozen_time > ADVANCE_MAX_SECONDS) {
    throw invalid('Cannot advance a test clock by more than two years at once.', 'frozen_time');
  }
}

/** Everything that happens in the clock's customers until then, then `test_helpers.test_clock.ready`. */
function arrive(unit: Unit, id: string, target: number): void {
  liveUntil(unit, {
    clock: id,
    until: target,
    reached: (moment) => unit.update('test_helpers.test_clock', id, { frozen_time: moment }, []),
  });
  unit.update('test_helpers.test_clock', id, { frozen_time: target, status: 'ready', status_details: {} }, []);
  unit.emit('test_helpers.test_clock.ready', 'test_helpers.test_clock', id);
}

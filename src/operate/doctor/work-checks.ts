import type { StatusReason } from '../mirror-facts.js';
import type { StatusReport } from '../status.js';
import { part, type Facts } from './facts.js';
import { failure, given, ok, warning, type Check, type Judgment } from './finding.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The reason of one of these kinds that the status has. */
function reasonOf({ reasons }: StatusReport, codes: readonly StatusReason['code'][]): StatusReason | undefined {
  return reasons.find(({ code }) => codes.includes(code));
}

/** Whether events come, whether somebody works on them, and what waits. */
export const workChecks: readonly Check<Facts>[] = [
  {
    area: 'traffic',
    check: 'silent',
    judge: (facts) => {
      const { config } = facts.local;
      if ('value' in config && config.value.feed === 'poll') return ok('the feed is polling');
      return given(part('status'), (status) => silence(status, facts))(facts);
    },
  },
  {
    area: 'traffic',
    check: 'lost',
    judge: given(part('traffic'), ({ webhook, poll }) => {
      const all = webhook + poll;
      if (all === 0) return ok('no event in the last day');
      const share = (100 * poll) / all;
      const text = `${poll} of ${all} events of the last day were found in Stripe's list and not by webhook`;
      if (webhook === 0 || share <= 1) return ok(text);
      return warning(text, 'look at the failed deliveries of the endpoint in the Stripe Dashboard');
    }),
  },
  {
    area: 'traffic',
    check: 'list of events',
    judge: given(part('status'), (status) => {
      const reason = reasonOf(status, ['poll_failing', 'poll_overdue', 'events_forbidden']);
      return reason === undefined ? ok('it is read in time') : failure(reason.text, 'read the log for poll.failed');
    }),
  },
  {
    area: 'work',
    check: 'processes',
    judge: given(part('status'), ({ processes, reasons }) => {
      const idle = reasons.find(({ code }) => code === 'nobody_works');
      if (idle !== undefined) return failure(idle.text, 'start lockstep serve');
      const proving = processes.filter(({ proves }) => proves);
      if (processes.length > 0 && proving.length === 0)
        return warning('no process reads marked objects', 'start lockstep serve');
      return ok(
        processes.map(({ host, pid }) => `${host}:${pid}`).join(', ') || 'your app works on it from time to time',
      );
    }),
  },
  {
    area: 'work',
    check: 'paused',
    judge: given(part('status'), ({ paused, holds }) => {
      const [hold] = holds;
      if (hold !== undefined)
        return warning(
          `${hold.account} is paused by ${hold.by}${hold.reason === null ? '' : `: ${hold.reason}`}`,
          'run lockstep resume',
        );
      return paused === null
        ? ok('no')
        : failure(`proving is paused: ${paused.reason}`, 'docs/operations: "When proving is paused"');
    }),
  },
  {
    area: 'work',
    check: 'queue',
    judge: given(part('status'), ({ unproven, oldestAt, at }) => {
      const waitMs = oldestAt === null ? 0 : at.getTime() - oldestAt.getTime();
      if (waitMs > 5 * MINUTE_MS)
        return warning(
          `${waits(unproven.value, 'object')}, the oldest for ${Math.round(waitMs / MINUTE_MS)} min`,
          'run lockstep status for the pace and the forecast',
        );
      return ok(unproven.value === 0 ? 'nothing waits' : `${waits(unproven.value, 'object')}, for less than 5 min`);
    }),
  },
  {
    area: 'work',
    check: 'dead letters',
    judge: given(part('status'), ({ dead, hooks }) =>
      dead.value + hooks.dead.value === 0
        ? ok('none')
        : warning(
            `${many(dead.value, 'object')} and ${many(hooks.dead.value, 'hook run')} kept failing`,
            'run lockstep dead to see why, then lockstep dead retry',
          ),
    ),
  },
  {
    area: 'work',
    check: 'hooks',
    judge: given(part('hooks'), (hooks, { now }) => {
      const left = hooks.filter(({ seenAt, waiting }) => waiting > 0 && now.getTime() - seenAt.getTime() > DAY_MS);
      if (left.length === 0) return ok(hooks.length === 0 ? 'none is registered' : `${hooks.length} are registered`);
      return left.map(({ name, waiting }) =>
        warning(
          `${waits(waiting, 'run')} for the hook ${name}, which no process has registered for a day`,
          `start the app that registers it; or drop it: delete from lockstep.hooks where name = '${name}'`,
        ),
      );
    }),
  },
  {
    area: 'work',
    check: 'endpoints',
    judge: given(part('status'), ({ hooks: { disabled } }) =>
      disabled.length === 0
        ? ok('none is disabled')
        : disabled.map(({ name, failingSince }) =>
            failure(
              `the endpoint ${name} is disabled: it took no message since ${failingSince.toISOString().slice(0, 16)}Z`,
              'see why with lockstep dead; repair the endpoint; then run lockstep dead retry',
            ),
          ),
    ),
  },
  {
    area: 'work',
    check: 'sweeps',
    judge: given(part('status'), (status) => {
      const reason = reasonOf(status, ['sweep_failing', 'sweep_overdue']);
      if (reason !== undefined) return failure(reason.text, 'read the log for sweep.failed');
      const never = reasonOf(status, ['never_compared']);
      if (never !== undefined) return warning(never.text, 'wait for the first sweeps, or run lockstep verify');
      return ok('every type was compared in time');
    }),
  },
  {
    area: 'edge',
    check: 'window',
    judge: given(part('status'), ({ sources, at }) => {
      const known = sources.flatMap(({ account, cursorAt }) => (cursorAt === null ? [] : [{ account, cursorAt }]));
      if (known.length === 0) return ok("Stripe's list of events was not read yet");
      return known.map(({ account, cursorAt }) => edge(account, (at.getTime() - cursorAt.getTime()) / DAY_MS));
    }),
  },
];

function many(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

function waits(count: number, noun: string): string {
  return `${many(count, noun)} ${count === 1 ? 'waits' : 'wait'}`;
}

/** Stripe lists the events of 30 days. */
const EDGE_DAYS = 30;

function edge(account: string, days: number): Judgment {
  const text = `events of ${account} are read up to ${days < 2 ? many(Math.ceil(days * 24), 'hour') : many(Math.floor(days), 'day')} ago`;
  if (days >= EDGE_DAYS)
    return failure(`${text}: Stripe has dropped some since`, 'run lockstep verify --repair, which lists everything');
  if (days > 25) return failure(`${text}: Stripe drops them after 30`, 'start lockstep serve now');
  if (days > 7) return warning(`${text}: Stripe drops them after 30`, 'start lockstep serve');
  return ok(text);
}

/** Stripe has events, and none of them came by webhook. A handler cannot notice that it is not called. */
function silence({ sources, reasons }: StatusReport, { stripe, now }: Facts): Judgment {
  const refused = reasons.find(({ code }) => code === 'webhooks_refused');
  if (refused !== undefined) return failure(refused.text, 'compare STRIPE_WEBHOOK_SECRET with the endpoint at Stripe');
  if ('failed' in stripe) return warning(`not checked: ${stripe.failed}`, stripe.next);
  const newest = stripe.value.flatMap(({ newestEvent }) =>
    'value' in newestEvent && newestEvent.value !== null ? [newestEvent.value] : [],
  );
  const accepted = Math.max(...sources.map(({ acceptedAt }) => acceptedAt?.getTime() ?? -Infinity), -Infinity);
  const late = newest.find(({ at }) => at.getTime() > accepted && now.getTime() - at.getTime() > SILENT_MS);
  if (late === undefined) return ok(newest.length === 0 ? 'Stripe has no events' : 'webhooks are up to date');
  return failure(
    `Stripe made ${late.id} (${late.type}) ${Math.round((now.getTime() - late.at.getTime()) / MINUTE_MS)} min ago, ` +
      'and no webhook has come since',
    'see the areas endpoint and reachability; lockstep finds such events by polling',
  );
}

const SILENT_MS = 10 * MINUTE_MS;

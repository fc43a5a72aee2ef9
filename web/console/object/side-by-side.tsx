import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type { ComparedJson } from '../../../src/http/console/answers.js';
import { useSubmission } from '../../shared/form.js';
import { Moment } from '../../shared/moment.js';
import { Pill, type Tone } from '../../shared/pill.js';
import { toast } from '../../shared/toast.js';
import { ask, mayAct, tell } from '../api.js';
import { Confirm } from '../confirm.js';
import { useFetched } from '../load.js';
import { plural, time } from '../words.js';
import type { Key } from './object-page.js';

type Field = ComparedJson['fields'][number];

/** Stripe's answer and the row, field by field, with the differences marked. */
export function SideBySide({ of, onProven }: { of: Key; onProven: () => void }): VNode {
  const query = { account: of.account, livemode: of.livemode, type: of.type, id: of.id };
  const both = useFetched(JSON.stringify(query), () => ask<ComparedJson>('/object/compare', query), 0);
  const revealed = useSignal<ComparedJson | null>(null);
  const isRevealing = useSignal(false);
  const proving = useSubmission();
  const compared = revealed.value ?? both.value.value;
  const prove = (): void =>
    proving.run(async () => {
      const { proven } = await tell<{ proven: boolean }>('/object/prove', query);
      toast(proven ? 'Proven' : 'Marked. It is proven as soon as Stripe answers.');
      revealed.value = null;
      both.again();
      onProven();
    });
  const title = `${of.type.replaceAll(/[_.]/g, ' ')}: your database and Stripe`;
  return (
    <section class="section" aria-label={title}>
      <div class="toolbar">
        <h2>{title}</h2>
        {compared && <Verdict of={compared} />}
        <span class="fill" />
        <button type="button" class="button slim" onClick={() => ((revealed.value = null), both.again())}>
          Ask Stripe again
        </button>
        {mayAct() && (
          <button type="button" class="button slim" onClick={() => (isRevealing.value = true)}>
            Show personal data
          </button>
        )}
        {mayAct() && (
          <button type="button" class="button slim primary" disabled={proving.busy.value} onClick={prove}>
            {proving.busy.value ? 'Proving …' : 'Prove now'}
          </button>
        )}
      </div>
      {(proving.error.value ?? both.failed.value) !== null && (
        <p class="form-error" role="alert">
          {proving.error.value ?? both.failed.value}
        </p>
      )}
      {compared === undefined ? <p class="soft">Asking Stripe …</p> : <Fields of={compared} />}
      {isRevealing.value && (
        <Confirm
          title={`Show personal data of ${of.id}`}
          text="The audit notes that you looked at it."
          button="Show"
          onClose={() => (isRevealing.value = false)}
          onConfirm={async (note) => {
            revealed.value = await tell<ComparedJson>('/object/reveal', { ...query, note });
          }}
        />
      )}
    </section>
  );
}

/** One sentence and its color: whether both sides agree. */
function verdictOf(compared: ComparedJson): readonly [Tone, string] {
  const { isAtStripe, row, differ, isMarked, notRead, onlySwept } = compared;
  if (notRead !== null) return ['quiet', 'Stripe was not asked'];
  const isHere = row !== null && !row.isDeleted;
  if (!isHere && isAtStripe !== true) return ['good', 'Gone on both sides'];
  const waits = isMarked ? ', waits for its proof' : '';
  if (!isHere) return ['bad', `Not in the database${waits}`];
  if (isAtStripe === false) return ['bad', `Not at Stripe${waits}`];
  if (differ === 0) return isMarked ? ['accent', 'Equal, waits for its proof'] : ['good', 'Equal'];
  return [onlySwept === null ? 'bad' : 'warn', `Differs in ${plural(differ, 'field')}${waits}`];
}

function Verdict({ of }: { of: ComparedJson }): VNode {
  const [tone, text] = verdictOf(of);
  return (
    <span role="status" data-differ={of.differ}>
      <Pill tone={tone}>{text}</Pill>
    </span>
  );
}

function Fields({ of }: { of: ComparedJson }): VNode {
  const isWhole = useSignal(false);
  const differing = of.fields.filter(({ verdict }) => verdict === 'differs');
  const shown = isWhole.value ? of.fields : differing;
  return (
    <>
      {of.notRead !== null && <p class="soft">{of.notRead}</p>}
      {of.onlySwept !== null && <p class="soft">Only a sweep finds this difference: {of.onlySwept}.</p>}
      <div class="table-scroll">
        <table class="table sides" aria-label="Fields">
          <SidesHead of={of} />
          <tbody>
            {shown.map((field) => (
              <FieldRow key={field.path} field={field} isAsked={of.notRead === null} />
            ))}
            {shown.length === 0 && (
              <tr>
                <td colSpan={3} class="soft">
                  {of.fields.length === 0 ? 'Neither side has the object.' : 'No field differs.'}
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      <div class="toolbar">
        <button type="button" class="button slim" onClick={() => (isWhole.value = !isWhole.value)}>
          {isWhole.value ? 'Show what differs' : `Show all ${plural(of.fields.length, 'field')}`}
        </button>
        {of.more > 0 && (
          <span class="soft small">{plural(of.more, 'equal field is', 'equal fields are')} left out</span>
        )}
      </div>
    </>
  );
}

function SidesHead({ of }: { of: ComparedJson }): VNode {
  return (
    <thead>
      <tr>
        <th scope="col">Field</th>
        <th scope="col">
          Your database{' '}
          <span class="soft">
            {of.row === null ? (
              'no row'
            ) : (
              <>
                as of <Moment at={time(of.row.asOf)} />
              </>
            )}
          </span>
        </th>
        <th scope="col">
          Stripe{' '}
          <span class="soft">
            {of.readAt === null ? (
              ''
            ) : (
              <>
                read <Moment at={time(of.readAt)} />
              </>
            )}
          </span>
        </th>
      </tr>
    </thead>
  );
}

function FieldRow({ field, isAsked }: { field: Field; isAsked: boolean }): VNode {
  const differs = field.verdict === 'differs';
  return (
    <tr class={differs ? 'differing' : ''}>
      <th scope="row" class="mono">
        {differs && (
          <span class="unequal" title="differs">
            ≠
          </span>
        )}
        {field.path}
        {field.verdict === 'volatile' && <span class="soft small"> not compared</span>}
      </th>
      <td class="mono" data-label="Your database">
        <Value has={'ours' in field} value={field.ours} />
      </td>
      <td class="mono" data-label="Stripe">
        {isAsked ? <Value has={'stripe' in field} value={field.stripe} /> : <span class="soft">not asked</span>}
      </td>
    </tr>
  );
}

function Value({ has, value }: { has: boolean; value: unknown }): VNode {
  if (!has) return <span class="soft">absent</span>;
  return <>{typeof value === 'string' ? value || '""' : JSON.stringify(value)}</>;
}

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../../../web/shared/empty.js';
import { Facts } from '../../../web/shared/facts.js';
import { Id } from '../../../web/shared/id.js';
import { day, StripeTime } from '../../../web/shared/moment.js';
import { StatusPill } from '../../../web/shared/pill.js';
import { Table, type Column } from '../../../web/shared/table.js';
import { toast } from '../../../web/shared/toast.js';
import { Action } from '../action.js';
import { Confirm } from '../confirm.js';
import { couponText, redeemed } from './coupons.js';
import { useEmulator } from '../emulator.js';
import { EventTable } from '../event/event-table.js';
import { useList, useObject } from '../loaded.js';
import { Head, ObjectPage, Section } from '../object-page.js';
import { PromotionForm } from './promotion-form.js';
import { href } from '../route.js';

/** One coupon with its promotion codes. */
export function Coupon({ id }: { id: string }): VNode {
  const { api } = useEmulator();
  const path = `/v1/coupons/${encodeURIComponent(id)}`;
  const loaded = useObject<Stripe.Coupon>(path, ['coupon', 'discount']);
  const open = useSignal<'code' | 'delete' | null>(null);
  const close = (): void => {
    open.value = null;
  };
  return (
    <ObjectPage back={{ href: href('coupons'), text: 'Coupons' }} loaded={loaded}>
      {(coupon) => (
        <>
          <Head
            title={coupon.name ?? coupon.id}
            under={
              <>
                <StatusPill status={coupon.valid ? 'valid' : 'used_up'} /> <Id value={coupon.id} />
              </>
            }
            json={coupon.id}
            actions={
              <button type="button" class="button danger" onClick={() => (open.value = 'delete')}>
                Delete coupon
              </button>
            }
          />
          <Section title="Details">
            <div class="card">
              <Facts
                rows={[
                  ['Discount', couponText(coupon)],
                  ['Redeemed', redeemed(coupon.times_redeemed, coupon.max_redemptions)],
                  ['Redeemable until', coupon.redeem_by === null ? undefined : day(coupon.redeem_by * 1000)],
                  ['Created', <StripeTime at={coupon.created} />],
                ]}
              />
            </div>
          </Section>
          <Codes id={id} onCreate={() => (open.value = 'code')} />
          <Section title="Events">
            <EventTable of={id} about={(object) => JSON.stringify(object).includes(`"coupon":"${id}"`)} />
          </Section>
          {open.value === 'code' && <PromotionForm coupon={coupon} onClose={close} />}
          {open.value === 'delete' && (
            <Confirm
              title={`Delete the coupon ${coupon.name ?? coupon.id}?`}
              confirm="Delete coupon now"
              keep="Keep coupon"
              onClose={close}
              onConfirm={async () => {
                await api.delete(path);
                toast('Coupon deleted');
                location.assign(href('coupons'));
              }}
            >
              <p>Customers who redeemed it keep the discount. Nobody else can redeem it.</p>
            </Confirm>
          )}
        </>
      )}
    </ObjectPage>
  );
}

function Codes({ id, onCreate }: { id: string; onCreate: () => void }): VNode {
  const list = useList<Stripe.PromotionCode>('/v1/promotion_codes', ['promotion_code', 'discount'], { coupon: id });
  return (
    <Section
      title="Promotion codes"
      action={
        <button type="button" class="button slim" onClick={onCreate}>
          Create promotion code
        </button>
      }
    >
      <Table
        label="Promotion codes"
        columns={columns}
        rows={list.value.value}
        failed={list.failed.value}
        onRetry={list.again}
        empty={<Empty title="No promotion codes">Customers type a promotion code to redeem the coupon.</Empty>}
      />
    </Section>
  );
}

const columns: readonly Column<Stripe.PromotionCode>[] = [
  { label: 'Code', cell: (code) => <strong>{code.code}</strong>, by: (code) => code.code },
  { label: 'Status', cell: (code) => <StatusPill status={code.active ? 'active' : 'inactive'} /> },
  {
    label: 'Redeemed',
    cell: (code) => redeemed(code.times_redeemed, code.max_redemptions),
    by: (code) => code.times_redeemed,
    right: true,
  },
  { label: 'ID', cell: (code) => <Id value={code.id} /> },
  { label: 'Created', cell: (code) => <StripeTime at={code.created} />, by: (code) => code.created },
  { label: '', cell: (code) => <Turn code={code} />, right: true },
];

function Turn({ code }: { code: Stripe.PromotionCode }): VNode {
  const { api } = useEmulator();
  const word = code.active ? 'Deactivate' : 'Activate';
  return (
    <Action
      slim
      label={`${word} ${code.code}`}
      done={code.active ? 'Promotion code deactivated' : 'Promotion code activated'}
      send={() => api.post(`/v1/promotion_codes/${code.id}`, { active: !code.active })}
    >
      {word}
    </Action>
  );
}

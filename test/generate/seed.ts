import type pg from 'pg';

/** One subscription of one item in each of two accounts of the mirror, and a tombstone. */
export async function seed(pool: pg.Pool): Promise<void> {
  await pool.query(
    `insert into lockstep.sources (account, livemode, platform, bound_by) values ('acct_1', false, 'acct_1', 'key')`,
  );
  const put = (table: string, account: string, row: { id: string; owner?: string }, deleted = false) =>
    pool.query(
      `insert into stripe.${table} (account, livemode, id, ${row.owner === undefined ? '' : 'owner, '} data, deleted, as_of)
       values ($1, false, $2, ${row.owner === undefined ? '' : '$5, '} $3::jsonb, $4, now())`,
      [account, row.id, JSON.stringify(row), deleted, ...(row.owner === undefined ? [] : [row.owner])],
    );
  for (const account of ['acct_1', 'acct_2']) {
    await put('products', account, { id: 'prod_1', name: `Studio of ${account}` } as { id: string });
    await put('subscriptions', account, {
      id: 'sub_1',
      customer: 'cus_1',
      status: 'active',
      created: 1_790_000_000,
    } as { id: string });
    await put('prices', account, {
      id: 'price_1',
      product: 'prod_1',
      unit_amount: 9_900,
      unit_amount_decimal: '9900.5',
    } as { id: string });
    await put('subscription_items', account, {
      id: 'si_1',
      owner: 'sub_1',
      price: { id: 'price_1' },
      quantity: 3,
    } as never);
  }
  await put('subscriptions', 'acct_1', { id: 'sub_gone' }, true);
}

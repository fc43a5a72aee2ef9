import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requestsOf } from '../../../tools/catalog/requests.mjs';
import { openSdk } from '../../../tools/catalog/sdk.mjs';
import type { Rig } from '../../test/rig.js';
import { refusal, startRig } from '../../test/rig.js';
import type { Params } from '../api/params.js';
import { Problem } from '../api/problem.js';
import { operations } from './tables.js';

const route = (verb: string, path: string): string => `${verb} ${path.replaceAll(/:\w+|\{[^}]*\}/g, ':')}`;
const sdk = openSdk();
const { checker } = sdk;
const built = new Map(operations.map(({ verb, path, params }) => [route(verb, path), params]));

/** The hashes that a parameter may be, or may be a list of: the way to each, and its type. */
function hashesOf(type: ts.Type, way: readonly string[]): { way: readonly string[]; type: ts.Type }[] {
  return (type.isUnion() ? type.types : [type]).flatMap((one) => {
    if ((one.flags & ts.TypeFlags.Object) === 0) return [];
    const [element] = checker.isArrayType(one) ? checker.getTypeArguments(one as ts.TypeReference) : [];
    if (element !== undefined) return way.at(-1) === '0' ? [] : hashesOf(element, [...way, '0']);
    return one.getStringIndexType() === undefined ? [{ way, type: one }] : [];
  });
}

/** The parameters inside a hash that its operation does not know, as far down as people send them. */
function unknownIn(type: ts.Type, way: readonly string[], params: Params): string[] {
  return type.getProperties().flatMap((property) => {
    const here = [...way, property.name];
    const answer = answerTo(here, params);
    if (answer === 'parameter_unknown') return [nameOf(here)];
    if (answer === 'emulator_not_built' || here.length > 7) return [];
    return hashesOf(checker.getTypeOfSymbol(property), here).flatMap((inner) =>
      unknownIn(inner.type, inner.way, params),
    );
  });
}

const nameOf = ([first = '', ...more]: readonly string[]): string => first + more.map((name) => `[${name}]`).join('');

/** The code of what is wrong with a parameter itself. */
function answerTo(way: readonly string[], params: Params): string | undefined {
  const [first = '', ...more] = way;
  if (first === 'expand') return 'emulator_not_built';
  if (!Object.hasOwn(params, first)) return 'parameter_unknown';
  const sent = more.reduceRight<unknown>((inner, name) => (name === '0' ? [inner] : { [name]: inner }), 'x');
  try {
    params[first]?.read(sent, first);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.body.code !== 'parameter_unknown' || error.body.param === nameOf(way)) return error.body.code;
  }
  return undefined;
}

describe("the SDK's parameters", { timeout: 60_000 }, () => {
  test('are all known to the operations that are built: read, or refused by name with 501', () => {
    const unknown = sdk.files.flatMap((file) => {
      const requests = requestsOf(file);
      const methods = sdk.program.getSourceFile(file)?.statements.filter(ts.isClassDeclaration) ?? [];
      return methods.flatMap(({ name, members }) =>
        members.filter(ts.isMethodDeclaration).flatMap((method) => {
          const sent = checker.getSignatureFromDeclaration(method)?.parameters.find((one) => one.name === 'params');
          return (requests.get(`${name?.text ?? ''}.${method.name.getText()}`) ?? []).flatMap(({ verb, path }) => {
            const params = built.get(route(verb, path));
            if (params === undefined || sent === undefined) return [];
            const type = checker.getNonNullableType(checker.getTypeOfSymbol(sent));
            return unknownIn(type, [], params).map((parameter) => `${verb} ${path} ${parameter}`);
          });
        }),
      );
    });
    expect(unknown).toEqual([]);
  });
});

describe('what few send', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.stop());

  test('that is not built is named', async () => {
    const { status, body } = await rig.call('GET', '/v1/invoices?customer_account=acct_1');
    expect([status, body.error?.code]).toEqual([501, 'emulator_not_built']);
    expect(body.error?.message).toContain("'customer_account'");
  });

  test('a charge is reported, shipped and grouped later', async () => {
    const { id } = await rig.stripe.charges.create({ amount: 700, currency: 'usd', source: 'tok_visa' });
    const shipping = { name: 'Ada', address: { line1: 'One St' } };
    const changed = await rig.stripe.charges.update(id, {
      fraud_details: { user_report: 'safe' },
      shipping,
      transfer_group: 'g1',
    });
    expect(changed).toMatchObject({ fraud_details: { user_report: 'safe' }, shipping, transfer_group: 'g1' });
    const taken = await rig.stripe.charges.update(id, { fraud_details: { user_report: '' } });
    expect(taken.fraud_details).toEqual({});
  });

  test('a capture says what stands on the statement, and how a payment is captured can change', async () => {
    const { id } = await rig.stripe.paymentIntents.create({ amount: 700, currency: 'usd' });
    expect((await rig.stripe.paymentIntents.update(id, { capture_method: 'manual' })).capture_method).toBe('manual');
    await rig.stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' });
    const paid = await rig.stripe.paymentIntents.capture(id, { statement_descriptor_suffix: 'BOOKS' });
    expect(paid).toMatchObject({ status: 'succeeded', statement_descriptor_suffix: 'BOOKS' });
    const charge = await rig.stripe.charges.retrieve(paid.latest_charge as string);
    expect(charge).toMatchObject({ captured: true, statement_descriptor_suffix: 'BOOKS' });
    const error = await refusal(rig.stripe.paymentIntents.capture(id));
    expect(error.code).toBe('payment_intent_unexpected_state');
  });

  test('the lines of a credit note that is only previewed come as many at a time as asked', async () => {
    const customer = await rig.stripe.customers.create({ email: 'ada@example.com' });
    const draft = await rig.stripe.invoices.create({
      customer: customer.id,
      collection_method: 'send_invoice',
      days_until_due: 3,
    });
    for (const amount of [100, 200]) {
      await rig.stripe.invoiceItems.create({ customer: customer.id, invoice: draft.id, amount, currency: 'usd' });
    }
    const { id, lines } = await rig.stripe.invoices.finalizeInvoice(draft.id);
    const sent = lines.data.map((line) => ({
      type: 'invoice_line_item' as const,
      invoice_line_item: line.id,
      quantity: 1,
    }));
    const page = await rig.stripe.creditNotes.listPreviewLineItems({ invoice: id, lines: sent, limit: 1 });
    expect([page.data.length, page.has_more]).toEqual([1, true]);
    expect((await rig.stripe.creditNotes.listPreviewLineItems({ invoice: id, lines: sent })).data).toHaveLength(2);
    expect((await rig.stripe.creditNotes.list({ invoice: id })).data).toEqual([]);
  });
});

import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const BACK = 'https://shop.example/back';
const open = (more: object = {}): Promise<Stripe.Identity.VerificationSession> =>
  rig.stripe.identity.verificationSessions.create({
    type: 'document',
    return_url: BACK,
    metadata: { k: 'v' },
    ...more,
  });
const answer = (url: string | null, value: string): Promise<Response> =>
  fetch(url ?? '', { method: 'POST', body: new URLSearchParams({ answer: value }), redirect: 'manual' });
const namesOf = async (id: string): Promise<string[]> =>
  (await eventsOf(rig.stripe, id)).map(({ type }) => type.replace('identity.verification_session.', ''));

test('a person is verified on the page, and what was read is shown to those who ask', async () => {
  const session = await open({ options: { document: { require_matching_selfie: true } } });
  expect(session).toMatchObject({ status: 'requires_input', type: 'document', last_verification_report: null });
  expect(session.options).toEqual({ document: { require_matching_selfie: true } });
  expect((await answer(session.url, 'verified')).headers.get('location')).toBe(BACK);
  const done = await rig.stripe.identity.verificationSessions.retrieve(session.id, { expand: ['verified_outputs'] });
  expect(done).toMatchObject({ status: 'verified', url: null, verified_outputs: { first_name: 'Ada' } });
  const plain = await rig.stripe.identity.verificationSessions.retrieve(session.id);
  expect(plain.verified_outputs).toBeUndefined();
  const { data } = await rig.stripe.identity.verificationReports.list({ verification_session: session.id });
  expect(data).toMatchObject([
    { id: done.last_verification_report, type: 'document', document: { status: 'verified', last_name: 'Byron' } },
  ]);
  expect((await rig.stripe.identity.verificationReports.retrieve(data[0]?.id ?? '')).object).toBe(
    'identity.verification_report',
  );
  expect(await namesOf(session.id)).toEqual(['created', 'processing', 'verified']);
  expect((await fetch(session.url ?? '')).status).toBe(404);
});

test('who is not verified can try again', async () => {
  const session = await open();
  await answer(session.url, 'unverified');
  const failed = await rig.stripe.identity.verificationSessions.retrieve(session.id);
  expect(failed).toMatchObject({ status: 'requires_input', last_error: { code: 'document_unverified_other' } });
  await answer(session.url, 'verified');
  expect(await namesOf(session.id)).toEqual(['created', 'processing', 'requires_input', 'processing', 'verified']);
});

test('a session is changed, canceled, and found', async () => {
  const { id } = await open({ client_reference_id: 'user_1' });
  const changed = await rig.stripe.identity.verificationSessions.update(id, {
    type: 'id_number',
    metadata: { a: 'b' },
  });
  expect(changed).toMatchObject({ type: 'id_number', metadata: { k: 'v', a: 'b' } });
  expect(await rig.stripe.identity.verificationSessions.cancel(id)).toMatchObject({ status: 'canceled', url: null });
  const again = rig.stripe.identity.verificationSessions.cancel(id);
  expect((await refusal(again)).message).toContain('its status is canceled');
  const { data } = await rig.stripe.identity.verificationSessions.list({ client_reference_id: 'user_1' });
  expect(data.map((row) => row.id)).toEqual([id]);
});

test('what was collected is deleted', async () => {
  const session = await open();
  await answer(session.url, 'verified');
  const asked = await rig.stripe.identity.verificationSessions.redact(session.id);
  expect(asked.redaction).toEqual({ status: 'processing' });
  const done = await rig.stripe.identity.verificationSessions.retrieve(session.id, { expand: ['verified_outputs'] });
  expect(done).toMatchObject({ redaction: { status: 'redacted' }, verified_outputs: null, metadata: {} });
  const { data } = await rig.stripe.identity.verificationReports.list({ verification_session: session.id });
  expect(data[0]?.document?.first_name).toBe('[redacted]');
  expect(await namesOf(session.id)).toContain('redacted');
});

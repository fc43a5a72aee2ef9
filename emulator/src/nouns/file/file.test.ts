import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const BYTES = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x00, 0xff, 0xfe, 0x80]);
const upload = () =>
  rig.stripe.files.create({
    purpose: 'dispute_evidence',
    file: { data: BYTES, name: 'receipt.png', type: 'image/png' },
  });

describe('a file', () => {
  test('is uploaded by the SDK, found again, and read back byte for byte', async () => {
    const made = await upload();
    expect(made).toMatchObject({
      object: 'file',
      filename: 'receipt.png',
      type: 'png',
      size: BYTES.length,
      purpose: 'dispute_evidence',
    });
    expect((await rig.stripe.files.retrieve(made.id)).id).toBe(made.id);
    expect((await rig.stripe.files.list({ purpose: 'dispute_evidence' })).data.map(({ id }) => id)).toContain(made.id);
    expect((await rig.stripe.files.list({ purpose: 'business_logo' })).data).toEqual([]);
    const bytes = Buffer.from(await (await fetch(made.url ?? '')).arrayBuffer());
    expect(bytes.equals(BYTES)).toBe(true);
    expect((await eventsOf(rig.stripe, made.id)).map(({ type }) => type)).toEqual(['file.created']);
  });

  test('may have what Stripe allows for its purpose', async () => {
    const sized = (bytes: number, purpose: Stripe.FileCreateParams.Purpose) =>
      rig.stripe.files.create({ purpose, file: { data: Buffer.alloc(bytes, 1), name: 'a.pdf' } });
    const MIB = 1024 * 1024;
    const large = await sized(16 * MIB, 'identity_document');
    expect(large).toMatchObject({ size: 16 * MIB, expires_at: null });
    expect((await (await fetch(large.url ?? '')).arrayBuffer()).byteLength).toBe(16 * MIB);
    expect((await sized(2 * MIB, 'customer_signature')).expires_at).toBeGreaterThan(large.created);
    expect(await refusal(sized(MIB, 'business_logo'))).toMatchObject({ statusCode: 400, param: 'file' });
    expect((await refusal(sized(17 * MIB, 'identity_document'))).statusCode).toBe(413);
  });

  test('is shown to anybody by a link, until the link expires', async () => {
    const { id } = await upload();
    const made = await rig.stripe.fileLinks.create({ file: id, metadata: { for: 'bank' } });
    expect(made).toMatchObject({ object: 'file_link', file: id, expired: false, expires_at: null });
    expect(Buffer.from(await (await fetch(made.url ?? '')).arrayBuffer()).equals(BYTES)).toBe(true);
    expect((await rig.stripe.files.retrieve(id)).links?.data).toMatchObject([{ id: made.id }]);
    expect(await rig.stripe.fileLinks.retrieve(made.id, { expand: ['file'] })).toMatchObject({ file: { id } });
    expect((await rig.stripe.fileLinks.list({ file: id, expired: true })).data).toEqual([]);
    const over = await rig.stripe.fileLinks.update(made.id, { expires_at: 'now' });
    expect(over).toMatchObject({ expired: true, url: null, metadata: { for: 'bank' } });
    expect((await fetch(made.url ?? '')).status).toBe(404);
    expect((await rig.stripe.fileLinks.list({ file: id, expired: true })).data).toHaveLength(1);
    const gone = rig.stripe.fileLinks.create({ file: id, expires_at: 1 });
    expect((await refusal(gone)).param).toBe('expires_at');
    expect(await refusal(rig.stripe.fileLinks.create({ file: 'file_x' }))).toMatchObject({ code: 'resource_missing' });
  });

  test('has a link from the start if the request says so', async () => {
    const made = await rig.stripe.files.create({
      purpose: 'dispute_evidence',
      file: { data: BYTES, name: 'receipt.png' },
      file_link_data: { create: true },
    });
    expect(made.links?.data).toMatchObject([{ file: made.id, expired: false }]);
  });

  test('must be sent as a multipart form, with a known purpose', async () => {
    expect((await rig.call('POST', '/v1/files', 'purpose=dispute_evidence&file=x')).body.error?.param).toBe('file');
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    expect((await rig.call('POST', '/v1/files', 'nonsense', headers)).status).toBe(400);
    const wrong = rig.stripe.files.create({ purpose: 'nonsense', file: { data: BYTES, name: 'a.png' } });
    expect((await refusal(wrong)).param).toBe('purpose');
  });
});

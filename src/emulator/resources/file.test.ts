import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../testing/rig.js';
import { eventsOf, refusal, rig } from '../testing/rig.js';

let it: Rig;
beforeAll(async () => {
  it = await rig();
});
afterAll(() => it.stop());

const BYTES = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x00, 0xff, 0xfe, 0x80]);
const upload = () =>
  it.stripe.files.create({
    purpose: 'dispute_evidence',
    file: { data: BYTES, name: 'receipt.png', type: 'image/png' },
  });

describe('a file', () => {
  test('is uploaded by the SDK, found again, and read back to the byte', async () => {
    const made = await upload();
    expect(made).toMatchObject({
      object: 'file',
      filename: 'receipt.png',
      type: 'png',
      size: BYTES.length,
      purpose: 'dispute_evidence',
    });
    expect((await it.stripe.files.retrieve(made.id)).id).toBe(made.id);
    expect((await it.stripe.files.list({ purpose: 'dispute_evidence' })).data.map(({ id }) => id)).toContain(made.id);
    expect((await it.stripe.files.list({ purpose: 'business_logo' })).data).toEqual([]);
    const bytes = Buffer.from(await (await fetch(made.url ?? '')).arrayBuffer());
    expect(bytes.equals(BYTES)).toBe(true);
    expect((await eventsOf(it.stripe, made.id)).map(({ type }) => type)).toEqual(['file.created']);
  });

  test('must be sent as a form of parts, with a purpose that there is', async () => {
    expect((await it.call('POST', '/v1/files', 'purpose=dispute_evidence&file=x')).body.error?.param).toBe('file');
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    expect((await it.call('POST', '/v1/files', 'nonsense', headers)).status).toBe(400);
    const wrong = it.stripe.files.create({ purpose: 'nonsense', file: { data: BYTES, name: 'a.png' } });
    expect((await refusal(wrong)).param).toBe('purpose');
  });
});

import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTracing } from '../../src/engine/open-telemetry.js';
import { untraced } from '../../src/kernel/tracing.js';
import { customer, eventOf, signed } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { startWorld, WEBHOOK_SECRET, type World } from '../support/world.js';

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
let world: World;

beforeAll(async () => {
  provider.register();
  world = await startWorld({ kind: 'PGlite' });
});
afterAll(async () => {
  await world.stop();
  await provider.shutdown();
  trace.disable();
  context.disable();
});
beforeEach(() => exporter.reset());

const spansOf = (name: string, attribute: string, value: string): ReadableSpan[] =>
  exporter.getFinishedSpans().filter((span) => span.name === name && span.attributes[attribute] === value);

const proofsOf = (id: string): ReadableSpan[] => spansOf('process customer', 'lockstep.object.id', id);

describe('with an SDK', () => {
  test('a proof is one span that links to the delivery before it', async () => {
    const { id } = await world.stripe.customers.create({ name: 'Ada' });
    await eventually(() => Promise.resolve(proofsOf(id).length === 1), 'the proof has ended');
    await world.rest();
    const [event] = (await world.stripe.events.list({ type: 'customer.created' })).data;
    const [delivery] = spansOf('send stripe', 'messaging.message.id', event?.id ?? '');
    const [proof] = proofsOf(id);
    expect(proof?.links.map((link) => link.context.spanId)).toEqual([delivery?.spanContext().spanId]);
    expect(proof?.attributes).toEqual({
      'messaging.system': 'lockstep',
      'messaging.destination.name': 'stripe',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'lockstep.object.type': 'customer',
      'lockstep.object.id': id,
      'lockstep.outcome': 'proven',
    });
    expect(JSON.stringify([proof?.attributes, delivery?.attributes])).not.toContain('Ada');
  });

  test('the next proof links to the next delivery alone', async () => {
    const { id } = await world.stripe.customers.create({ name: 'Ada' });
    await eventually(() => Promise.resolve(proofsOf(id).length === 1), 'the first proof has ended');
    await world.stripe.customers.update(id, { name: 'Grace' });
    await eventually(() => Promise.resolve(proofsOf(id).length === 2), 'the second proof has ended');
    const [first, second] = proofsOf(id);
    expect([first?.links.length, second?.links.length]).toEqual([1, 1]);
    expect(second?.links[0]?.context.spanId).not.toBe(first?.links[0]?.context.spanId);
  });

  test('a proof that fails says so, and its next try has the link too', async () => {
    world.emulator.faults.set({ error_every: 1 });
    const { body, signature } = signed(eventOf('customer.updated', customer('cus_tried')), WEBHOOK_SECRET);
    await world.engine.webhook?.deliver(body, signature);
    await eventually(() => Promise.resolve(proofsOf('cus_tried').length === 1), 'the first try has ended');
    world.emulator.faults.set({ error_every: 0 });
    await eventually(() => Promise.resolve(proofsOf('cus_tried').length === 2), 'the second try has ended', 30_000);
    const [failed, again] = proofsOf('cus_tried');
    expect(failed?.attributes).toMatchObject({ 'lockstep.outcome': 'failed', 'error.type': 'unavailable' });
    expect(failed?.status.code).toBe(SpanStatusCode.ERROR);
    expect(again?.links).toEqual(failed?.links);
    expect(again?.links).toHaveLength(1);
  });

  test("a delivery stands below the host's own span, and a refused one says so", async () => {
    const tracer = trace.getTracer('host');
    await tracer.startActiveSpan('POST /stripe-webhooks', async (span) => {
      await expect(world.engine.webhook?.deliver(Buffer.from('{}'), 't=1,v1=no')).rejects.toThrow();
      span.end();
    });
    const [delivery, host] = exporter.getFinishedSpans();
    expect(delivery).toMatchObject({ name: 'send stripe', attributes: { 'error.type': 'webhook_refused' } });
    expect(delivery?.parentSpanContext?.spanId).toBe(host?.spanContext().spanId);
  });

  test('links of objects that are never proven here do not pile up', async () => {
    const tracing = await openTracing();
    const keyOf = (id: string) => ({ account: 'acct_1', livemode: false, type: 'customer', id });
    const arrive = (id: string): void => {
      const delivery = tracing.delivery();
      delivery.arrived({ id: `evt_${id}`, type: 'customer.updated', hints: [keyOf(id)] });
      delivery.end();
    };
    for (let each = 0; each <= 10_000; each += 1) arrive(`cus_${each}`);
    for (let each = 0; each < 200; each += 1) arrive('cus_often');
    const prove = (id: string): Promise<void> => tracing.proof(keyOf(id), (ended) => Promise.resolve(ended('proven')));
    for (const id of ['cus_0', 'cus_9999', 'cus_often']) await prove(id);
    const linksOf = (id: string): number | undefined => proofsOf(id)[0]?.links.length;
    expect(['cus_0', 'cus_9999', 'cus_often'].map(linksOf)).toEqual([0, 1, 128]);
  });
});

test('without the package nothing is traced', async () => {
  const missing = Object.assign(new Error('no such package'), { code: 'ERR_MODULE_NOT_FOUND' });
  expect(await openTracing(() => Promise.reject(missing))).toBe(untraced);
  await expect(openTracing(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});

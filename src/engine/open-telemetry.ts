import type { Attributes, Link, Span, SpanContext } from '@opentelemetry/api';
import { LockstepError } from '../kernel/error.js';
import { keyText, type ObjectKey } from '../kernel/source.js';
import { untraced, type Tracing } from '../kernel/tracing.js';
import { version } from '../kernel/version.js';

type Api = typeof import('@opentelemetry/api');

/** Deliveries are remembered for so many objects at most. A proof of one that is forgotten has no link. */
const OBJECTS_MAX = 10_000;
/** As many links as OpenTelemetry keeps on a span by default. */
const LINKS_MAX = 128;

/**
 * Traces through `@opentelemetry/api`, where the app has installed it. Its SDK decides what is kept; without one,
 * nothing is. Names and attributes follow OpenTelemetry's "Semantic conventions for messaging spans": a delivery is a
 * `send`, and a proof is a `process` that links to the deliveries before it.
 */
export async function openTracing(load: () => Promise<Api> = () => import('@opentelemetry/api')): Promise<Tracing> {
  try {
    return tracingBy(await load());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return untraced;
    throw error;
  }
}

function tracingBy(api: Api): Tracing {
  const tracer = api.trace.getTracer('lockstep', version());
  const known = createLinks();
  return {
    delivery() {
      const span = tracer.startSpan('send stripe', { kind: api.SpanKind.PRODUCER, attributes: attributesOf('send') });
      return {
        arrived({ id, type, hints }) {
          span.setAttributes({ 'messaging.message.id': id, 'lockstep.event.type': type });
          // Where no SDK is registered, spans have no id.
          if (api.isSpanContextValid(span.spanContext())) known.add(hints, span.spanContext());
        },
        end(error) {
          if (error !== undefined) fail(api, span, error instanceof LockstepError ? error.code : 'internal');
          span.end();
        },
      };
    },
    async proof(key, prove) {
      const links = known.of(key);
      const attributes = { ...attributesOf('process'), 'lockstep.object.type': key.type, 'lockstep.object.id': key.id };
      const options = { kind: api.SpanKind.CONSUMER, attributes, links };
      await tracer.startActiveSpan(`process ${key.type}`, options, async (span) => {
        let outcome = 'given_back';
        try {
          await prove((ended, failure) => {
            outcome = ended;
            if (failure !== undefined) fail(api, span, failure);
          });
        } finally {
          if (outcome !== 'given_back' && outcome !== 'failed') known.take(key, links.length);
          span.setAttribute('lockstep.outcome', outcome);
          span.end();
        }
      });
    },
  };
}

function attributesOf(operation: 'send' | 'process'): Attributes {
  return {
    'messaging.system': 'lockstep',
    'messaging.destination.name': 'stripe',
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
  };
}

function fail({ SpanStatusCode }: Api, span: Span, kind: string): void {
  span.setAttribute('error.type', kind);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** The deliveries of this process that no proof has followed yet, by object. */
function createLinks() {
  const links = new Map<string, Link[]>();
  return {
    add(keys: readonly ObjectKey[], context: SpanContext): void {
      for (const key of keys) {
        const text = keyText(key);
        const before = links.get(text) ?? [];
        links.set(text, [...before, { context }].slice(-LINKS_MAX));
      }
      for (const oldest of links.keys()) {
        if (links.size <= OBJECTS_MAX) break;
        links.delete(oldest);
      }
    },
    of: (key: ObjectKey): Link[] => [...(links.get(keyText(key)) ?? [])],
    /** The first so many are done; later ones wait for the next proof. */
    take(key: ObjectKey, count: number): void {
      const left = (links.get(keyText(key)) ?? []).slice(count);
      if (left.length > 0) links.set(keyText(key), left);
      else links.delete(keyText(key));
    },
  };
}

import { createHash } from 'node:crypto';
import { generated } from '../../../../src/catalog/generated/objects.js';
import { listOperation } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { emptyable, flag, listOf, mergeMetadata, metadata, needed, text, webAddress } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { deletedStub, given, retrieveOperation } from '../../api/standard.js';
import { newId, randomText } from '../../state/id.js';
import type { WebhookEndpointRow } from './row.js';
import type { Unit } from '../../state/unit.js';

interface EndpointSent {
  url: string;
  enabled_events: string[];
  api_version?: string;
  description?: string | null;
  metadata?: Record<string, string> | null;
  secret?: string;
  connect?: boolean;
}

export function createEndpoint(unit: Unit, sent: EndpointSent): WebhookEndpointRow {
  checkUrl(sent.url);
  return unit.insert('webhook_endpoint', {
    id: newId('we'),
    object: 'webhook_endpoint',
    api_version: sent.api_version ?? null,
    application: null,
    created: unit.now,
    description: sent.description ?? null,
    enabled_events: checkedEvents(sent.enabled_events),
    livemode: false,
    metadata: mergeMetadata(null, sent.metadata),
    status: 'enabled',
    url: sent.url,
    hidden: {
      secret: sent.secret ?? `whsec_${randomText(32)}`,
      ...(sent.connect === true ? { connect: true } : {}),
    },
  });
}

/** The endpoint with this secret, or else with this URL. It gets the URL and is enabled. A missing one is created. */
export function keepEndpoint(unit: Unit, sent: EndpointSent): WebhookEndpointRow {
  const all = [...unit.store.tables.webhook_endpoint.walk({ oldestFirst: true })];
  const same = all.find(({ url, hidden }) =>
    sent.secret === undefined ? url === sent.url : hidden.secret === sent.secret,
  );
  if (same === undefined) return createEndpoint(unit, { ...sent, secret: sent.secret ?? usualSecret(unit) });
  checkUrl(sent.url);
  return unit.update('webhook_endpoint', same.id, { url: sent.url, status: 'enabled' });
}

/** The same for the same account, so that a receiver's configuration stays valid for the next emulator. */
const usualSecret = ({ store }: Unit): string =>
  `whsec_${createHash('sha256').update(`endpoint ${store.identity.secretKey}`).digest('hex').slice(0, 32)}`;

/** A new secret, while the old one still signs for some time. */
export function rollSecret(unit: Unit, id: string, overlapSeconds: number): { id: string; secret: string } {
  const { hidden } = unit.need('webhook_endpoint', id);
  const secret = `whsec_${randomText(32)}`;
  const old = { secret: hidden.secret, until: unit.wall + overlapSeconds };
  unit.update('webhook_endpoint', id, {
    hidden: { ...hidden, secret, ...(overlapSeconds > 0 ? { old } : {}) },
  });
  return { id, secret };
}

export const webhookEndpointOperations: readonly Operation[] = [
  operation(
    'POST /v1/webhook_endpoints',
    {
      url: needed(webAddress()),
      enabled_events: needed(listOf(text(), 400)),
      api_version: text(),
      connect: flag(),
      description: emptyable(text()),
      metadata: metadata(),
    },
    ({ unit, params }) => {
      const row = createEndpoint(unit, params);
      return { ...unit.view('webhook_endpoint', row), secret: row.hidden.secret };
    },
  ),
  retrieveOperation('/v1/webhook_endpoints', 'webhook_endpoint'),
  operation(
    'POST /v1/webhook_endpoints/:id',
    {
      description: emptyable(text()),
      disabled: flag(),
      enabled_events: listOf(text(), 400),
      metadata: metadata(),
      url: webAddress(),
    },
    ({ unit, at, params }) => {
      const row = unit.need('webhook_endpoint', at.id ?? '');
      const patch = given({
        description: params.description,
        enabled_events: params.enabled_events === undefined ? undefined : checkedEvents(params.enabled_events),
        metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
        status: params.disabled === undefined ? undefined : params.disabled ? 'disabled' : 'enabled',
        url: params.url,
      });
      return unit.view('webhook_endpoint', unit.update('webhook_endpoint', row.id, patch));
    },
  ),
  operation('DELETE /v1/webhook_endpoints/:id', {}, ({ unit, at }) => {
    unit.remove('webhook_endpoint', at.id ?? '');
    return deletedStub(at.id ?? '', 'webhook_endpoint');
  }),
  listOperation('/v1/webhook_endpoints', { type: 'webhook_endpoint', filters: {} }),
];

/** Creates an endpoint, also for callers other than the API. */
const checkUrl = (url: string): void => void webAddress().read(url, 'url');

const EVENTS: ReadonlySet<string> = new Set(generated.flatMap(({ events }) => events));

function checkedEvents(names: string[]): string[] {
  names.forEach((name, index) => {
    if (name !== '*' && !EVENTS.has(name)) {
      throw invalid(
        `Invalid enabled_events[${index}]: must be '*' or the name of an event type`,
        `enabled_events[${index}]`,
      );
    }
  });
  return names;
}

import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import type { Json } from '../state/rows.js';
import type { ControlRoute } from './route.js';
import { routes } from './routes.js';

/** The OpenAPI 3.1 document of `/_emulator/…`. It is generated from the schemas that check the requests. */
export function openApiDocument(): Json {
  const paths: Record<string, Json> = {
    '/_emulator/stream': {
      get: {
        operationId: 'getStream',
        summary: 'Server-sent events: `change`, `delivery`, `request`, and `state` when a fault or the clock was set.',
        responses: { 200: { description: 'The stream.', content: { 'text/event-stream': {} } } },
      },
    },
  };
  for (const [name, row] of Object.entries(routes)) {
    const [verb = '', address = ''] = name.split(' ');
    const path = address.replace(':id', '{id}');
    paths[path] = { ...paths[path], [verb.toLowerCase()]: operationOf(verb, path, row) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Lockstep emulator',
      version: '1',
      description:
        'What the emulator offers beyond Stripe’s API, for tests. No key is needed. A key, the header ' +
        '`lockstep-namespace`, or `/ns/NAME` before the path says which namespace is meant.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '..', description: 'The emulator that this document comes from.' }],
    paths,
    components: { schemas: { Refusal: REFUSAL } },
  };
}

function operationOf(verb: string, path: string, { summary, query, body }: ControlRoute): Json {
  const fields = schemaOf(body);
  const takesBody =
    verb === 'POST' && fields['properties'] !== undefined ? !isEmpty(fields['properties']) : verb === 'POST';
  return {
    operationId: operationId(verb, path),
    summary,
    parameters: [
      ...(path.includes('{id}') ? [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }] : []),
      ...parametersOf(query),
    ],
    ...(takesBody ? { requestBody: { content: json(fields) } } : {}),
    responses: {
      200: { description: 'Done.', content: json({ type: 'object' }) },
      400: { description: 'The request is not as documented.', content: json(REFERENCE) },
      404: { description: 'There is no such object, or the namespace is not open.', content: json(REFERENCE) },
    },
  };
}

function parametersOf(query: v.GenericSchema): Json[] {
  const { properties = {} } = schemaOf(query) as { properties?: Record<string, Json> };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: false, schema }));
}

/** `POST /_emulator/requests/search` → `postRequestsSearch`. */
function operationId(verb: string, path: string): string {
  const words = path
    .replace('/_emulator/', '')
    .split(/\W+|_/)
    .filter((word) => word !== '' && word !== 'id');
  const byId = path.includes('{id}') ? ['by', 'id'] : [];
  return [...words, ...byId].reduce(
    (id, word) => id + word.charAt(0).toUpperCase() + word.slice(1),
    verb.toLowerCase(),
  );
}

function schemaOf(schema: v.GenericSchema): Json {
  const made: Json = { ...toJsonSchema(schema, { errorMode: 'ignore' }) };
  delete made['$schema']; // of the whole document
  return made;
}

const isEmpty = (value: unknown): boolean => Object.keys(value as object).length === 0;
const json = (schema: Json): Json => ({ 'application/json': { schema } });
const REFERENCE = { $ref: '#/components/schemas/Refusal' };
const REFUSAL: Json = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        code: { type: 'string', description: 'For programs: `request_invalid`, `namespace_unknown` …' },
        message: { type: 'string', description: 'What happened.' },
        hint: { type: ['string', 'null'], description: 'The next step.' },
      },
      required: ['message'],
    },
  },
  required: ['error'],
};

import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { changesRoute } from '../changes.js';
import { userRoutes } from './routes.js';
import { answers } from './schemas.js';
import type { UserRoute } from './user-route.js';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of the API. It is generated from the schemas that check the requests. */
export function openApiDocument(): Json {
  const paths: Record<string, Json> = {};
  for (const row of userRoutes) {
    paths[row.path] = { ...paths[row.path], [row.method.toLowerCase()]: operationOf(row) };
  }
  paths[changesRoute.path] = { get: changesOperation() };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Lockstep',
      version: '1',
      description:
        'Billing for the users of an app. Times are RFC 3339 in UTC, ' +
        'amounts whole numbers of the currency’s smallest unit. ' +
        '`{user}` is the id of the users table, or `me` for the user of the token or session.',
      contact: { name: 'The Lockstep project' },
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // Relative to this document, which is at /v1/openapi.json below the base path.
    servers: [{ url: '..', description: 'Where this document comes from.' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: { Failure: schemaOf(answers.failure) },
      responses: Object.fromEntries(
        Object.entries(refusals).map(([status, description]) => [
          `Refused${status}`,
          { description, content: json({ $ref: '#/components/schemas/Failure' }) },
        ]),
      ),
      securitySchemes: {
        service: {
          type: 'http',
          scheme: 'bearer',
          description: 'LOCKSTEP_TOKEN: the app’s own server, for every user.',
        },
        user: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'HS256 with LOCKSTEP_USER_TOKEN_SECRET; `aud` lockstep, `sub` the user’s id, `exp` within an hour. ' +
            'For that user alone.',
        },
      },
    },
    security: [{ service: [] }, { user: [] }],
  };
}

function operationOf(row: UserRoute): Json {
  const { method, path, action, asked, answer, note, serviceOnly = [] } = row;
  const hasBody = method === 'POST' && row.takesNoBody !== true;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  return {
    operationId: row.operationId ?? operationId(method, path),
    tags: [tagOf(path)],
    summary: row.summary,
    description: [
      `Action \`${action}\`.`,
      ...(serviceOnly.length === 0 ? [] : [`Only the app’s own server may send ${serviceOnly.join(', ')}.`]),
      ...(note === undefined ? [] : [note]),
    ].join(' '),
    parameters: [
      ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...(method === 'GET' ? queryParameters(asked) : []),
      ...(hasBody ? [IDEMPOTENCY_KEY] : []),
    ],
    ...(hasBody ? { requestBody: { required: true, content: json(schemaOf(asked)) } } : {}),
    responses: responsesOf(answer),
  };
}

/** The change feed. It is not for a user, so its row is of another kind. */
function changesOperation(): Json {
  const { summary, note, asked, answer } = changesRoute;
  const failure = (description: string): Json => ({
    description,
    content: json({ $ref: '#/components/schemas/Failure' }),
  });
  return {
    operationId: 'getChanges',
    tags: ['Changes'],
    summary,
    description: note,
    parameters: [
      ...queryParameters(asked),
      {
        name: 'Last-Event-ID',
        in: 'header',
        required: false,
        description: 'Of a stream: the id of the last event that was received. It goes before `after`.',
        schema: { type: 'string' },
      },
    ],
    responses: {
      200: {
        description: 'Changes, and the cursor after them; or a stream of events named `change`, whose ids are cursors.',
        content: { ...json(schemaOf(answer)), 'text/event-stream': { schema: { type: 'string' } } },
      },
      400: { $ref: '#/components/responses/Refused400' },
      401: { $ref: '#/components/responses/Refused401' },
      403: { $ref: '#/components/responses/Refused403' },
      410: failure('The changes after the cursor cannot be had: take a new cursor, read the mirror, then follow.'),
      default: failure('Failed.'),
    },
    security: [{ service: [] }],
  };
}

function responsesOf(answer: v.GenericSchema): Json {
  return {
    200: { description: 'Done.', content: json(schemaOf(answer)) },
    ...Object.fromEntries(
      Object.keys(refusals).map((status) => [status, { $ref: `#/components/responses/Refused${status}` }]),
    ),
    default: { description: 'Failed.', content: json({ $ref: '#/components/schemas/Failure' }) },
  };
}

/** Errors that every operation may answer. The `code` in the body is more exact; the API reference lists the codes. */
const refusals = {
  400: 'The request is not as documented.',
  401: 'It is not known who asks.',
  403: 'The caller may not do this.',
  404: 'There is no such user or object.',
  409: 'It contradicts what there is, or the same is being done at this moment.',
  413: 'The body is too large.',
  422: 'Stripe refused it.',
} as const;

const tags = {
  Users: 'Users and their Stripe customers.',
  Access: 'What a user has.',
  Subscriptions: 'Subscriptions, and changes of them.',
  Invoices: 'Invoices, and the next one.',
  Pages: 'Pages at Stripe that a user is sent to.',
  Usage: 'What is billed by use.',
  Changes: 'What proofs changed in the mirror.',
} as const;

/** The tag of an operation, by the first word of the path after the user. */
const tagsByPath: Readonly<Record<string, keyof typeof tags>> = {
  access: 'Access',
  settled: 'Access',
  subscriptions: 'Subscriptions',
  invoices: 'Invoices',
  checkout: 'Pages',
  portal: 'Pages',
  setup: 'Pages',
  usage: 'Usage',
};

function tagOf(path: string): keyof typeof tags {
  return tagsByPath[wordsOf(path)[0] ?? ''] ?? 'Users';
}

/** `/v1/users/{user}/subscriptions/{id}/cancel` → `subscriptions`, `cancel`. */
function wordsOf(path: string): string[] {
  const words = path.replace('/v1/users/{user}/', '').replaceAll(/\{\w+\}/g, '');
  return words.split(/\W+/).filter((word) => word !== '');
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same request with the same key is done once, for at least 24 hours.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

function queryParameters(asked: v.GenericSchema): Json[] {
  const { properties = {}, required = [] } = schemaOf(asked) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
}

/** `POST /v1/users/{user}/subscriptions/{id}/cancel` → `postSubscriptionsCancel`. */
function operationId(method: string, path: string): string {
  const words = wordsOf(path).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return method.toLowerCase() + words.join('');
}

function schemaOf(schema: v.GenericSchema): Json {
  const made: Json = { ...toJsonSchema(schema, { ignoreActions: ['check'] }) };
  delete made['$schema']; // of the whole document
  return made;
}

function json(schema: Json): Json {
  return { 'application/json': { schema } };
}

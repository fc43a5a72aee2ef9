// What the recommended rules of the usual linters for OpenAPI ask for.
import { describe, expect, test } from 'vitest';
import { openApiDocument } from './openapi.js';

interface Operation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: { name: string; in: string; required?: boolean }[];
  responses: Record<string, { $ref?: string; description?: string }>;
  security?: Record<string, unknown>[];
}

const document = openApiDocument() as {
  info: Record<string, unknown> & { license: Record<string, unknown> };
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  security: Record<string, unknown>[];
  components: Record<string, Record<string, unknown>>;
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, path, operation] as const),
);

test('the document names its license, a contact, and a server that is none of an example', () => {
  expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String), contact: {} });
  expect(document.info.license).toEqual({ name: 'MIT', identifier: 'MIT' });
  expect(document.servers.length).toBeGreaterThan(0);
  for (const { url } of document.servers) expect(url).not.toMatch(/example|localhost|.\/$/);
});

test('where it is served, its server is wherever Lockstep is mounted', () => {
  const [server] = document.servers;
  const at = (served: string): string => new URL(server?.url ?? '', served).pathname;
  expect(at('https://shop.test/v1/openapi.json')).toBe('/');
  expect(at('https://shop.test/billing/v1/openapi.json')).toBe('/billing/');
});

describe.each(operations)('%s', (_, path, operation) => {
  test('has a summary, a description, a tag that is described, and an id of its own', () => {
    expect(operation).toMatchObject({ summary: expect.any(String), description: expect.any(String) });
    const described = document.tags.map(({ name }) => name);
    expect(operation.tags).toHaveLength(1);
    for (const tag of operation.tags ?? []) expect(described).toContain(tag);
    expect(operations.filter(([, , { operationId }]) => operationId === operation.operationId)).toHaveLength(1);
  });

  test('declares an answer that is well and those that are refusals', () => {
    const statuses = Object.keys(operation.responses);
    expect(statuses).toContain('200');
    const refusals = ['400', '401', '403', ...(path.includes('{') ? ['404'] : [])];
    for (const status of refusals) expect(statuses).toContain(status);
  });

  test('declares the parameters of its path, each once and required', () => {
    const declared = (operation.parameters ?? []).filter((one) => one.in === 'path');
    expect(declared.map(({ name }) => name)).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
    expect(declared.every(({ required }) => required === true)).toBe(true);
  });
});

test('every reference leads somewhere, and every component is used', () => {
  const text = JSON.stringify(document);
  const used = new Set([...text.matchAll(/"\$ref":"(#[^"]+)"/g)].map((match) => match[1] as string));
  for (const reference of used) {
    const [, , kind = '', name = ''] = reference.split('/');
    expect(document.components[kind]?.[name], reference).toBeDefined();
  }
  for (const kind of ['schemas', 'responses'])
    for (const name of Object.keys(document.components[kind] ?? {}))
      expect(used).toContain(`#/components/${kind}/${name}`);
  for (const scheme of document.security.flatMap((one) => Object.keys(one)))
    expect(document.components['securitySchemes']).toHaveProperty(scheme);
});

test('every tag is used', () => {
  const used = new Set(operations.flatMap(([, , { tags = [] }]) => tags));
  expect(document.tags.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([]);
});

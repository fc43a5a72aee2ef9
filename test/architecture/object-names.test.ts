import ts from 'typescript';
import { expect, test } from 'vitest';
import { objects } from '../../src/catalog/catalog.js';
import { repositoryFiles, repositoryText } from './repository.js';

/** Stripe's names that are words of ours too: a kind of event or token, whose key it is, the parts of a row. */
const wordsOfOurs: ReadonlySet<string> = new Set(['account', 'event', 'source', 'token']);

/** Where a name is said and no fact about the type hides behind it, with the reason. */
const said: Readonly<Record<string, string>> = {
  'src/http/api/subscription-routes.ts coupon': 'the name of a parameter',
  'src/inbox/arrival.ts v2.core.event': 'the form of a thin event',
  'src/inbox/stripe-event.ts v2.core.event': 'the form of a thin event',
  'src/listing/backfill.ts customer': 'what each customer has one of',
  'src/listing/plan.ts customer': 'what each customer has one of',
  'src/listing/walk.ts customer': 'what each customer has one of',
  'src/stripe/gateway.ts v2.core.event': 'the form of a thin event',
};

const mayName = /^src\/(catalog|billing|demo)\/|^src\/http\/(demo|sample)\/|^src\/cli\/demo\.ts$|\.test\.ts$/;

test('facts about object types stand in the catalog: no other layer of the engine names one', () => {
  const names = new Set<string>(objects.map(({ object }) => object).filter((name) => !wordsOfOurs.has(name)));
  const files = repositoryFiles().filter((file) => /^src\/.*\.ts$/.test(file) && !mayName.test(file));
  const found = files.flatMap((file) =>
    stringsOf(repositoryText(file)).flatMap((text) => (names.has(text) ? [`${file} ${text}`] : [])),
  );
  expect(files.length).toBeGreaterThan(100);
  expect([...new Set(found)].sort()).toEqual(Object.keys(said));
});

function stringsOf(text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest));
  return found;
}

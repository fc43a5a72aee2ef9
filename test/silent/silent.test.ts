import { readFile } from 'node:fs/promises';
import { expect, inject, test } from 'vitest';
import { openInMemory } from '../../src/store/pglite/pglite.js';
import { tellDifferences, tellStories } from './main.js';

test('with webhooks alone the mirror is in step with whatever an operation of Stripe changes', async () => {
  const database = await openInMemory(new Blob([await readFile(inject('pgliteDump'))]));
  const { found, uncalled } = await tellStories({ database });
  expect(tellDifferences(found.filter(({ reason }) => reason === undefined))).toEqual([]);
  expect(uncalled).toEqual([]);
}, 300_000);

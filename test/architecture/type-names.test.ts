import { expect, test } from 'vitest';
import { repositoryFiles, repositoryText } from './repository.js';

/** Names that several files of src still export as a type. Only remove from this list. */
const stillShared: readonly string[] = [
  'ApiOptions',
  'Call',
  'Caller',
  'Change',
  'Changed',
  'CheckoutRequest',
  'CreateSubscription',
  'Decision',
  'Deliveries',
  'Difference',
  'Door',
  'Failure',
  'Found',
  'Identity',
  'Json',
  'Key',
  'Limits',
  'LineSent',
  'Listed',
  'Named',
  'Outcome',
  'Page',
  'Places',
  'Plan',
  'PortalRequest',
  'Renewal',
  'Rows',
  'Sessions',
  'SessionsOptions',
  'SetupRequest',
  'Standing',
  'State',
  'Table',
  'Target',
  'UsageReport',
  'Wanted',
  'Which',
];

const DECLARED = /^export (?:declare )?(?:abstract )?(?:interface|type|class|enum) (\w+)/gm;

test('no two files of src export a type of the same name', () => {
  const files = new Map<string, string[]>();
  for (const file of repositoryFiles().filter((path) => /^src\/.*(?<!\.test)\.ts$/.test(path))) {
    for (const [, name = ''] of repositoryText(file).matchAll(DECLARED))
      files.set(name, [...(files.get(name) ?? []), file]);
  }
  expect(files.get('LockstepError')).toEqual(['src/kernel/error.ts']);
  const shared = [...files].filter(([, declaredIn]) => declaredIn.length > 1);
  const added = shared.filter(([name]) => !stillShared.includes(name));
  expect(added.map(([name, declaredIn]) => `${name}: ${declaredIn.join(', ')}`)).toEqual([]);
  const names = shared.map(([name]) => name);
  expect(
    stillShared.filter((name) => !names.includes(name)),
    'these are exported once now: remove them from the list',
  ).toEqual([]);
});

import { openInMemory } from '../../src/store/pglite/pglite.js';
import { stripeCli } from '../support/stripe-cli.js';
import { tellDifferences, tellStories } from './main.js';
import type { Story } from './stories.js';

/**
 * Every operation of the emulator and every trigger of the official command line, each followed by a comparison with a
 * mirror that learns by webhooks alone. Returns whether nothing differs but what only a sweep can find.
 */
export async function verifySilent({ print }: { print: (line: string) => void }): Promise<boolean> {
  const database = await openInMemory();
  const { found, uncalled } = await tellStories({ database, each: true, more: await triggers(), print });
  const drift = found.filter(({ reason }) => reason === undefined);
  print('\nOnly a sweep finds:');
  for (const line of tellDifferences(found.filter(({ reason }) => reason !== undefined))) print(`  ${line}`);
  print('\nThe mirror is not in step:');
  for (const line of tellDifferences(drift)) print(`! ${line}`);
  for (const operation of uncalled) print(`! no story calls ${operation}`);
  if (drift.length + uncalled.length === 0) print('  nothing');
  return drift.length + uncalled.length === 0;
}

/** A trigger of a product that the emulator does not have fails on its way, and what it made until then counts too. */
async function triggers(): Promise<Story[]> {
  const { stdout } = await stripeCli('http://127.0.0.1:1', ['trigger', '--help']);
  const names = /Supported events:\s+([^]*?)\n\nUsage:/.exec(stdout)?.[1]?.split(/\s+/) ?? [];
  if (names.length < 100) throw new Error('the command line does not list its triggers');
  return names
    .filter((name) => name !== '')
    .map((name) => ({
      name: `stripe trigger ${name}`,
      async tell({ emulator, changed }) {
        await stripeCli(emulator.url, ['trigger', name], { secretKey: emulator.secretKey });
        await changed(name);
      },
    }));
}

import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { runCommand } from '../support/command.js';

const cwd = mkdtempSync(join(tmpdir(), 'lockstep-completion-'));

async function script(shell: string): Promise<string> {
  const running = runCommand(['completion', shell], { cwd });
  expect(await running.ended).toBe(0);
  return running.output();
}

/** What bash offers for these words, the last of which is not complete yet. */
function offered(text: string, words: readonly string[]): string[] {
  const file = join(cwd, 'completion.bash');
  writeFileSync(file, text);
  const ask = `. ${file}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
    _lockstep; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', ask], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

test('bash completes commands, their flags, and the values of a flag', async () => {
  const text = await script('bash');
  expect(offered(text, ['lockstep', 'st'])).toEqual(['stripe', 'status']);
  expect(offered(text, ['lockstep', 'status', '--w'])).toEqual(['--watch']);
  expect(offered(text, ['lockstep', 'serve', '--feed', ''])).toEqual(['webhook', 'poll']);
  expect(offered(text, ['lockstep', 'serve', '--fee'])).toEqual(['--feed']);
  expect(offered(text, ['lockstep', 'nothing', '--'])).toEqual([]);
});

test.each(['bash', 'zsh', 'fish'])('the script for %s names every command and every flag', async (shell) => {
  const text = await script(shell);
  const { commands } = createProgram();
  const flags = commands.flatMap(({ options }) => options.map(({ long }) => long ?? ''));
  const words = [...commands.map((command) => command.name()), ...flags];
  const written = (word: string): string => (shell === 'fish' && word.startsWith('--') ? `-l ${word.slice(2)}` : word);
  expect(words.filter((word) => !text.includes(written(word)))).toEqual([]);
});

test('an unknown shell ends with 2 and names those that there are', async () => {
  const running = runCommand(['completion', 'tcsh'], { cwd });
  expect(await running.ended).toBe(2);
  expect(running.output()).toMatch(/bash, zsh, fish/);
});

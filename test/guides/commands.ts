import { readdirSync } from 'node:fs';
import { Command } from 'commander';
import { backfillCommand } from '../../src/cli/commands/backfill/command.js';
import { completionCommand } from '../../src/cli/commands/completion/command.js';
import { configCommand } from '../../src/cli/commands/config/command.js';
import { consoleCommand } from '../../src/cli/commands/console/command.js';
import { deadCommand } from '../../src/cli/commands/dead/command.js';
import { demoCommand } from '../../src/cli/commands/demo/command.js';
import { doctorCommand } from '../../src/cli/commands/doctor/command.js';
import { duplicatesCommand } from '../../src/cli/commands/duplicates/command.js';
import { emulatorCommand } from '../../src/cli/commands/emulator/command.js';
import { eraseCommand } from '../../src/cli/commands/erase/command.js';
import { eventsCommand } from '../../src/cli/commands/events/command.js';
import { explainCommand } from '../../src/cli/commands/explain/command.js';
import { generateCommand } from '../../src/cli/commands/generate/command.js';
import { initCommand } from '../../src/cli/commands/init/command.js';
import { migrateCommand } from '../../src/cli/commands/migrate/command.js';
import { pauseCommand } from '../../src/cli/commands/pause/command.js';
import { refusedCommand } from '../../src/cli/commands/refused/command.js';
import { replayCommand } from '../../src/cli/commands/replay/command.js';
import { reportCommand } from '../../src/cli/commands/report/command.js';
import { resumeCommand } from '../../src/cli/commands/resume/command.js';
import { serveCommand } from '../../src/cli/commands/serve/command.js';
import { statusCommand } from '../../src/cli/commands/status/command.js';
import { stripeCommand } from '../../src/cli/commands/stripe/command.js';
import { verifyCommand } from '../../src/cli/commands/verify/command.js';
import { fileText } from './snippets.js';

/** A command line that a reader may copy, and where it stands. */
export interface Documented {
  where: string;
  line: string;
}

/** The command as it is built, with its help; nothing of it is run here. */
export function program(): Command {
  const all = new Command('lockstep').enablePositionalOptions().exitOverride();
  for (const add of [serveCommand, emulatorCommand, stripeCommand, initCommand, migrateCommand, backfillCommand])
    add(all);
  for (const add of [
    verifyCommand,
    statusCommand,
    doctorCommand,
    configCommand,
    eventsCommand,
    refusedCommand,
    consoleCommand,
    explainCommand,
    replayCommand,
    deadCommand,
    pauseCommand,
    resumeCommand,
    duplicatesCommand,
    eraseCommand,
    reportCommand,
    generateCommand,
    demoCommand,
    completionCommand,
  ])
    add(all);
  return all;
}

/** Every command line of the README, the guides, the samples, the help, the dashboard and the messages. */
export function documentedCommands(): Documented[] {
  return [...pages().flatMap(ofPage), ...program().commands.flatMap(ofHelp), ...sources().flatMap(ofSource)];
}

function pages(): string[] {
  const inside = (folder: string, ends: RegExp): string[] =>
    readdirSync(new URL(`../../${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' })
      .filter((name) => ends.test(name) && !name.includes('node_modules'))
      .map((name) => `${folder}/${name}`)
      .sort();
  const folders = ['docs/guides', 'docs/operations', 'docs/reference'];
  return [
    ...['README.md', 'CONTRIBUTING.md', 'docs/README.md', 'docs/evidence/README.md'],
    ...folders.flatMap((folder) => inside(folder, /\.md$/)),
    ...inside('examples', /README\.md$/),
  ];
}

const PROGRAMS = /^(?:[A-Z_]+=\S+ )*(lockstep|node|npm|npx|node_modules|curl|psql|python3|pip|git|export|cd|mkdir)\b/;

/** Lines of shell blocks, without prompts, remarks and what is printed; and what is written as a command in a sentence. */
function ofPage(where: string): Documented[] {
  const text = fileText(where);
  const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, language = '']) => ['', 'sh', 'bash', 'console', 'shell'].includes(language))
    .map(([, , code = '']) => code);
  const lines = blocks.flatMap((code) => {
    const all = code.replaceAll('\\\n', ' ').split('\n');
    const prompted = all.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2));
    return (prompted.length > 0 ? prompted : all).filter((line) => PROGRAMS.test(line.trim()));
  });
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  const words = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  const said = words.filter((word) => /^(?:[A-Z_]+=\S+ )*(lockstep|npm|npx|node) \S/.test(word));
  return [...lines, ...said].map((line) => ({ where, line: bare(line) }));
}

function ofHelp(command: Command): Documented[] {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
  return [...help.matchAll(/^ {2}\$ (.+)$/gm)].map(([, line = '']) => ({
    where: `lockstep ${command.name()} --help`,
    line: bare(line),
  }));
}

function sources(): string[] {
  return ['src', 'emulator', 'web'].flatMap((folder) =>
    readdirSync(new URL(`../../${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !/\.test\.ts$/.test(name) && !name.startsWith('catalog/generated'))
      .map((name) => `${folder}/${name}`),
  );
}

/** What messages and pages tell people to run, in backticks or on a line of its own. */
function ofSource(where: string): Documented[] {
  const text = fileText(where);
  const found = [...text.matchAll(/\\?`(lockstep [a-z][^`$\n…\\]*)\\?`|\\n(lockstep [a-z][^`$\n\\…]*)/g)];
  return found.map(([, ticked, own]) => ({ where, line: bare(ticked ?? own ?? '') }));
}

const bare = (line: string): string =>
  line
    .replace(/ +#.*$/, '')
    .replace(/\s+/g, ' ')
    .trim();

/** Each `lockstep …` of a line, as its words. */
export function callsOf(line: string): string[][] {
  return line
    .split(/&&|\|\||[|;>]/)
    .map((part) => part.trim().replace(/^([A-Z_]+=\S+ )*/, ''))
    .filter((part) => /^(node_modules\/\.bin\/)?lockstep\b|^node dist\/src\/cli\/main\.js/.test(part))
    .map((part) =>
      part
        .replace(/^.*?(lockstep|main\.js)\b/, '')
        .trim()
        .split(/ +/)
        .filter((word) => word !== ''),
    );
}

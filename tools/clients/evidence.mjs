// @ts-check
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join, relative } from 'node:path';
import { format, resolveConfig } from 'prettier';

/**
 * @typedef {{ testResults: { name: string, assertionResults: { status: string, title: string, ancestorTitles: string[] }[] }[] }} Report
 * @typedef {{ client: string, version: string, flows: number, passed: number, inTests: boolean }} Row
 */

const FOLDERS = ['test/real-packages/in-ci', 'test/real-packages/on-demand', 'test/stripe-cli'];
const CLI = '@stripe/cli-linux-x64';

/**
 * A row for each client. Its name is the outermost title of its tests, up to a comma. A trigger of the CLI that the emulator
 * refuses counts as a flow that does not pass, although its test does.
 *
 * @param {Report} report
 * @param {string} root of the repository
 * @returns {Row[]}
 */
export function clientRows(report, root) {
  const installed = versions(root);
  /** @type {Map<string, Row>} */
  const rows = new Map();
  for (const { name, assertionResults } of report.testResults) {
    const file = relative(root, name);
    const isCli = file.startsWith('test/clients/');
    for (const { status, title, ancestorTitles } of assertionResults) {
      if (isCli && title.startsWith('the table')) continue;
      const outermost = isCli ? 'Stripe CLI' : (ancestorTitles[0] ?? file);
      const [client = outermost] = outermost.replaceAll("'", '').split(',');
      const passes = status === 'passed' && !title.endsWith('is refused by name');
      const row = rows.get(client) ?? {
        client,
        version: versionOf(client, installed),
        flows: 0,
        passed: 0,
        inTests: file.endsWith('.test.ts'),
      };
      rows.set(client, { ...row, flows: row.flows + 1, passed: row.passed + (passes ? 1 : 0) });
    }
  }
  return [...rows.values()].sort((a, b) => a.client.localeCompare(b.client, 'en', { numeric: true }));
}

/**
 * @param {string} client
 * @param {Map<string, string>} installed
 */
function versionOf(client, installed) {
  const [, major] = /^stripe (\d+)/.exec(client) ?? [];
  if (major === undefined) return installed.get(client === 'Stripe CLI' ? CLI : client) ?? '';
  // The SDK that has the plain name is the major that Better Auth asks for.
  const plain = installed.get('stripe') ?? '';
  return plain.startsWith(`${major}.`) ? plain : (installed.get(`stripe-${major}`) ?? '');
}

/**
 * @param {string} root
 * @returns {Map<string, string>}
 */
function versions(root) {
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const folder of FOLDERS) {
    const lock = JSON.parse(readFileSync(join(root, folder, 'package-lock.json'), 'utf8'));
    for (const [path, entry] of Object.entries(lock.packages)) {
      const [, name] = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path) ?? [];
      if (name !== undefined && !found.has(name)) found.set(name, /** @type {{ version: string }} */ (entry).version);
    }
  }
  return found;
}

/** @param {readonly Row[]} rows */
export function table(rows) {
  const head = ['client', 'version', 'flows', 'passed', 'in npm test'];
  const body = rows.map(({ client, version, flows, passed, inTests }) => [
    client,
    version,
    String(flows),
    String(passed),
    inTests ? 'yes' : 'no',
  ]);
  return [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/**
 * docs/evidence/clients.md. Its figures are those of the run.
 *
 * @param {{ rows: readonly Row[], root: string, seconds: number }} run
 */
export async function evidence({ rows, root, seconds }) {
  const sum = (/** @type {'flows' | 'passed'} */ key) => rows.reduce((all, row) => all + row[key], 0);
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  const text = `# Real packages on the emulator

\`npm run verify:clients\`, ${new Date().toISOString().slice(0, 10)}, commit ${commit}, ${seconds} s. ${machine}.

${sum('passed')} of ${sum('flows')} flows of ${rows.length} clients pass.

${table(rows)}

A flow passes only if what a user would see is right: the plan, the amounts of the invoices, the status, the app's own
rows. The packages are unchanged. They are installed with npm in exactly these versions, in folders of their own
(\`test/real-packages\`, \`test/stripe-cli\`), and are no dependencies of Lockstep.

- **stripe 8 to 23**: the official SDK for Node, each major at the API version that it was made for.
- **@better-auth/stripe**: an app with Better Auth, its server on a port, its users with cookies.
- **@medusajs/payment-stripe**: the payment provider with Medusa's own utilities. Of \`@medusajs/framework\` it imports only
  these; the whole framework takes ten minutes to install and is not there.
- **@payloadcms/plugin-stripe**: Payload with its SQLite adapter. The plugin always asks \`api.stripe.com\`, so requests to
  that host are sent to the emulator.
- **@supabase/stripe-sync-engine**, **@stripe/sync-engine**: their backfill into PostgreSQL, compared with the emulator.
- **Stripe CLI**: \`stripe trigger\`, with the values of the event, and for billing its delivery and the mirrored row. Not
  passed are those that the emulator refuses by name: twelve of Issuing, three of cash balances. Two more of the 123
  triggers are not run, because the CLI sends them to a host of Stripe's own.

\`npm test\` installs and runs what is marked so. The others take more than 500 packages.
`;
  return format(text, { ...(await resolveConfig(join(root, 'docs/evidence/clients.md'))), parser: 'markdown' });
}

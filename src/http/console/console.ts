/*
 * The console. Files in reading order:
 * - `console.ts`: what answers below `/console`: the page, the session, and the rows
 * - `session.ts`: the sign-in, the cookie, and what a write must prove; `pages.ts`: the built page and its files
 * - `route.ts`: what a row is; `rows.ts`: all of them, and the `*-rows.ts` beside it
 * - `live.ts`: values that change, as server-sent events
 * - `answers.ts`: the types of the JSON, for the page
 */
import { Hono, type Context } from 'hono';
import * as v from 'valibot';
import type { Engine } from '../../engine/engine.js';
import { LockstepError } from '../../kernel/error.js';
import type { Log } from '../../kernel/log.js';
import { createSignInLimit } from '../../operate/console/sign-in-limit.js';
import { createAudit } from '../../operate/console/audit.js';
import { createJobs } from '../../operate/console/jobs.js';
import { keepSamples } from '../../operate/console/samples.js';
import { createSessions } from '../../operate/console/sessions.js';
import { createConsoleTokens, hasConsoleTokens } from '../../operate/console/tokens.js';
import { createReports } from '../../operate/reports.js';
import { pathOfIssue, reasonOf } from '../../kernel/schema-issue.js';
import { failureResponse } from '../failure.js';
import { jsonBody, refuseUnknownField } from '../json-body.js';
import { createLive } from './live.js';
import { createConsolePages, jsonAnswer } from './pages.js';
import type { ConsoleParts, ConsoleRoute } from './route.js';
import { consoleRows } from './rows.js';
import { csrfOf, endedCookie, operatorOf, refuseForged, signIn, type SignInParts } from './session.js';

export interface ConsoleOptions {
  engine: Engine;
  /** The built pages, `dist/web`. */
  webDir: string;
  log: Log;
  /** What answers as if there were no console. */
  notFound: () => Response;
}

const PATH = '/console';
const SignInBody = v.strictObject({ token: v.pipe(v.string(), v.minLength(1), v.maxLength(500)) });

/** Serves the console. While there is no token, every address answers as one that does not exist. */
export function createConsole({ engine, webDir, log, notFound }: ConsoleOptions): Hono {
  const { database, clock, config, stopping } = engine;
  const app = new Hono();
  const pages = createConsolePages(webDir);
  const live = createLive(engine);
  const signing: SignInParts = {
    tokens: createConsoleTokens(database, clock),
    sessions: createSessions(database, clock),
    limit: createSignInLimit(clock),
  };
  const parts: ConsoleParts = {
    engine,
    reports: createReports({ database, config, clock }),
    audit: createAudit(database, clock),
    jobs: createJobs({ database, clock, stopping }),
  };
  const isOn = createSwitch(engine, log);
  void keepSamples({ database, clock, log, registry: engine.counters.registry, stopping, isOn });
  app.onError((error) => failureResponse(error, log));
  app.notFound(notFound);
  app.use(`${PATH}/*`, async (_, next) => ((await isOn()) ? next() : notFound()));
  app.get(PATH, async ({ req: { raw } }) => {
    if (!(await isOn())) return notFound();
    const isFolder = new URL(raw.url).pathname.endsWith('/');
    return (await pages.page(raw, isFolder ? '' : 'console/')) ?? notBuilt();
  });
  app.get(`${PATH}/assets/:name`, async (c) => (await pages.asset(c.req.raw, c.req.param('name'))) ?? notFound());
  addSession(app, signing);
  app.get(`${PATH}/api/live`, async (c) => {
    await operatorOf(c.req.raw, signing.sessions);
    const isOpen = (): Promise<boolean> =>
      operatorOf(c.req.raw, signing.sessions).then(
        () => true,
        (error: unknown) => !(error instanceof LockstepError && error.code === 'unauthorized'),
      );
    return live.stream(c, isOpen);
  });
  for (const row of consoleRows)
    app.on(row.method, `${PATH}/api${row.path}`, (c) => answerRow(c, row, { parts, signing }));
  return app;
}

function addSession(app: Hono, signing: SignInParts): void {
  app.post(`${PATH}/api/sign-in`, async ({ req: { raw } }) => {
    const { token } = await jsonBody(raw, SignInBody);
    return jsonAnswer(raw, { signedIn: true }, { 'set-cookie': await signIn(raw, token, signing) });
  });
  app.get(`${PATH}/api/session`, async ({ req: { raw } }) => {
    const { operator, cookie } = await operatorOf(raw, signing.sessions);
    const { name, role, expiresAt } = operator;
    return jsonAnswer(raw, { name, role, expiresAt, csrf: csrfOf(cookie) });
  });
  app.post(`${PATH}/api/sign-out`, async ({ req: { raw } }) => {
    const { cookie } = await operatorOf(raw, signing.sessions);
    refuseForged(raw, cookie);
    await signing.sessions.end(cookie);
    return jsonAnswer(raw, { signedIn: false }, { 'set-cookie': endedCookie(raw) });
  });
}

/** @throws unauthorized, forbidden, request_invalid, and what the row throws */
async function answerRow(
  { req }: Context,
  row: ConsoleRoute,
  { parts, signing }: { parts: ConsoleParts; signing: SignInParts },
): Promise<Response> {
  const { raw } = req;
  const { operator, cookie } = await operatorOf(raw, signing.sessions);
  if (row.method === 'GET') return jsonAnswer(raw, await row.answer(parts, questionOf(raw, row.asked), operator));
  refuseForged(raw, cookie);
  if (operator.role !== 'act') {
    throw new LockstepError('forbidden', `${operator.name} may look, and not act`, {
      hint: 'sign in with a token of the role act: lockstep console add NAME --role act',
    });
  }
  const asked = await jsonBody(raw, row.asked);
  const { note } = asked as { note?: string };
  const deed = { action: row.action, target: row.target(asked), note: note === '' ? undefined : note };
  return jsonAnswer(raw, await parts.audit.doing(operator, deed, () => row.answer(parts, asked, operator)));
}

/** @throws request_invalid */
function questionOf(request: Request, shape: v.GenericSchema): unknown {
  const query = Object.fromEntries(new URL(request.url).searchParams);
  refuseUnknownField(shape, query, 'query');
  const parsed = v.safeParse(shape, query);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new LockstepError('request_invalid', `Invalid field "${pathOfIssue(issue)}": ${reasonOf(issue)}`, {
    hint: 'correct the address, or begin at the overview',
  });
}

const ON_FOR_MS = 5_000;
const SAID_EVERY_MS = 60_000;

/** Whether there is a token. Asked every few seconds, and as it was while the database is away. */
function createSwitch({ database, clock }: Engine, log: Log): () => Promise<boolean> {
  let known: { isOn: boolean; at: number } | undefined;
  let saidAt = -Infinity;
  return async () => {
    const now = clock.now();
    if (known === undefined || now.getTime() - known.at > (known.isOn ? ON_FOR_MS : 0)) {
      try {
        known = { isOn: await hasConsoleTokens(database, now), at: now.getTime() };
      } catch (error) {
        if (known?.isOn !== true) throw error;
      }
    }
    if (!known.isOn && now.getTime() - saidAt > SAID_EVERY_MS) {
      saidAt = now.getTime();
      log.warn({ event: 'console.off', reason: 'there is no console token', next: 'lockstep console add NAME' });
    }
    return known.isOn;
  };
}

function notBuilt(): Response {
  const error = { code: 'not_found', message: 'The pages are not built', hint: 'npm run build' };
  return Response.json({ error }, { status: 404 });
}

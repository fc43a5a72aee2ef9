import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, type Running } from './command.js';
import { eventually } from './eventually.js';
import type { DemoState } from '../../src/demo/side-by-side/state.js';

/** The built `demo` as a process, on free ports. */
export interface Demo {
  running: Running;
  /** The five addresses as it printed them. */
  lines: string[];
  url: string;
  /** Empty where there is no emulator. */
  emulatorUrl: string;
  /** The emulator's newest deliveries, newest first. */
  deliveries(): Promise<Delivered[]>;
  /** What the side-by-side page shows now. */
  state(): Promise<DemoState>;
  /** Resolves with the first state that is as wanted. */
  shows(wanted: (state: DemoState) => boolean, what: string): Promise<DemoState>;
}

/** One attempt to deliver an event, as the emulator reports it. */
export interface Delivered {
  event: string;
  type: string;
  url: string;
  attempt: number;
  outcome: 'delivered' | 'failed' | 'dropped';
}

/** The first start of the embedded database takes 10 s and more on a busy machine. */
export const START_MS = 120_000;

/** An empty directory of its own, and what removes it. */
export async function temporaryDirectory(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'lockstep-demo-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

export async function startDemo(
  cwd: string,
  { env = {}, args = ['--port', '0', '--emulator-port', '0'] }: { env?: Record<string, string>; args?: string[] } = {},
): Promise<Demo> {
  const running = runCommand(['demo', ...args], { cwd, env });
  await running.says(/Ctrl-C stops it.*\n/, START_MS);
  const lines = running.output().trimEnd().split('\n');
  const url = addressOn(lines, 'lockstep');
  const state = async (): Promise<DemoState> => {
    const leaving = new AbortController();
    const response = await fetch(`${url}/demo/api/stream`, { signal: leaving.signal });
    try {
      return await firstState(response);
    } finally {
      leaving.abort();
    }
  };
  const emulatorUrl = addressOn(lines, 'emulator');
  return {
    ...{ running, lines, url, emulatorUrl, state },
    async deliveries() {
      const response = await fetch(`${emulatorUrl}/_emulator/deliveries?limit=100`);
      return ((await response.json()) as { data: Delivered[] }).data;
    },
    shows: (wanted, what) =>
      eventually(
        async () => {
          const seen = await state();
          return wanted(seen) ? seen : undefined;
        },
        what,
        30_000,
      ),
  };
}

async function firstState(response: Response): Promise<DemoState> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const [, data] = /event: state\ndata: (.*)\n\n/.exec(text) ?? [];
    if (data !== undefined) return JSON.parse(data) as DemoState;
  }
  throw new Error(`the stream ended without a state: ${text}`);
}

function addressOn(lines: readonly string[], word: string): string {
  const line = lines.find((each) => each.startsWith(`  ✓ ${word} `)) ?? '';
  return /http:\S+$/.exec(line)?.[0] ?? '';
}

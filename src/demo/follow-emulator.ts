import { setTimeout as sleep } from 'node:timers/promises';
import type { SideBySide, StripeChange } from './side-by-side/side-by-side.js';

const AGAIN_MS = 1_000;

/**
 * Tells the page about every change that the emulator's stream reports. A stream that ends is opened again. Returns a
 * function that stops it.
 */
export function followEmulator(url: string, page: Pick<SideBySide, 'stripeChanged'>): () => Promise<void> {
  const stopping = new AbortController();
  const running = follow(url, stopping.signal, (change) => page.stripeChanged(change));
  return async () => {
    stopping.abort();
    await running;
  };
}

async function follow(url: string, signal: AbortSignal, tell: (change: StripeChange) => void): Promise<void> {
  while (!signal.aborted) {
    await read(url, signal, tell).catch(() => {}); // the page catches up at its next read
    await sleep(AGAIN_MS, undefined, { signal }).catch(() => {});
  }
}

async function read(url: string, signal: AbortSignal, tell: (change: StripeChange) => void): Promise<void> {
  const response = await fetch(`${url}/_emulator/stream`, { signal });
  if (response.body === null) return;
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = block.split('\n');
      const data = lines.find((line) => line.startsWith('data:'))?.slice('data:'.length);
      if (lines.includes('event: change') && data !== undefined) tell(JSON.parse(data) as StripeChange);
    }
  }
}

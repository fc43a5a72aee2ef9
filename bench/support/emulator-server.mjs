// An emulator in a process of its own, so that its memory and its time are not the client's.
import { memoryUsage } from 'node:process';

const began = performance.now();
const { startEmulator } = await import('../../dist/emulator/index.js');
const loaded = performance.now();
const emulator = await startEmulator();
const started = performance.now();
process.send({
  url: emulator.url,
  port: emulator.port,
  key: emulator.secretKey,
  loadMs: loaded - began,
  startMs: started - loaded,
});
process.on('message', (asked) => {
  if (asked === 'memory') {
    globalThis.gc?.();
    process.send({ rss: memoryUsage.rss(), heap: process.memoryUsage().heapUsed });
  } else void emulator.stop().then(() => process.disconnect());
});

import { startEmulator } from 'lockstep/emulator';

export default async function setUp() {
  globalThis.emulator = await startEmulator();
  process.env.STRIPE_API_BASE = globalThis.emulator.url;
  process.env.STRIPE_SECRET_KEY = globalThis.emulator.secretKey;
}

/**
 * A local Stripe for tests and development, embedded:
 *
 * ```ts
 * import { startEmulator } from 'lockstep/emulator';
 * const emulator = await startEmulator();
 * const stripe = new Stripe(emulator.secretKey, emulator.sdk);
 * ```
 */

import { fileURLToPath } from 'node:url';
import type { Emulator, EmulatorOptions } from './contract.js';
import { startEmulator as start } from './emulator.js';

export type { ClockControl, Emulator, TestNamespace, EmulatorOptions, NewEndpoint } from './contract.js';
export type { Permission, Permissions } from './api/permission.js';
export type { ClockState } from './clock/emulator-clock.js';
export type { RecordedRequest, RequestFilter } from './control/recorded-request.js';
export type { SignedDelivery, SignedDeliveryWanted } from './delivery/signed-delivery.js';
export type { Delivery } from './delivery/delivery.js';
export type { Faults } from './delivery/fault.js';
export type { Fixture, FixtureStep } from './fixture.js';
export { LockstepError, type ErrorCode } from '../../src/kernel/error.js';
export type { Clock } from '../../src/kernel/clock.js';
export type { Log, LogFacts } from '../../src/kernel/log.js';

/**
 * Starts a local Stripe on a free port of 127.0.0.1, in memory, with its pages; every option may say otherwise.
 * @throws `port_taken`, `option_invalid`, or `emulator_state_unreadable`.
 */
export function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const webDir = fileURLToPath(new URL('../../web', import.meta.url));
  return start({ port: 0, webDir, ...options });
}

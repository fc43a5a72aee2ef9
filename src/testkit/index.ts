/** `import { startTestLockstep } from 'lockstep/testing'`: for the tests of an app. */

export { startTestLockstep } from './testkit.js';
export type { TestLockstep, TestOptions, TestUser } from './testkit.js';
export { expectNoRequest, expectRequest, expectRequestCount } from './expect-request.js';
export type { RequestSource } from './expect-request.js';
export type { RecordedRequest, RequestFilter } from '../../emulator/src/index.js';
export type { Emulator } from '../../emulator/src/index.js';

/** `import { startTestLockstep } from 'lockstep/testing'`: for the tests of an app. */

export { startTestLockstep } from './testkit.js';
export type { TestLockstep, TestOptions, TestUser } from './testkit.js';
export type { Emulator } from '../../emulator/src/index.js';

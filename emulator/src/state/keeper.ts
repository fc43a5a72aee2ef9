import type { Clock } from '../../../src/kernel/clock.js';
import { messageOf } from '../../../src/kernel/error.js';
import type { Log } from '../../../src/kernel/log.js';
import { saveState } from './disk.js';
import type { EmulatorState } from './state.js';

const QUIET_MS = 200;
/** A large state takes long to write: it is written less often, so that writing takes a twentieth of the time at most. */
const QUIET_PER_SAVE = 20;

/** Keeps the store's file up to date: soon after a change, once for many changes, and for certain when it stops. */
export class Keeper {
  #dirty = false;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();
  #lastSaveMs = 0;

  constructor(
    private readonly state: EmulatorState,
    private readonly file: string,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  changed(): void {
    this.#dirty = true;
    // Not moved by later changes: under steady load the file must still be written.
    this.#timer ??= setTimeout(
      () => {
        this.#saving = this.#saving
          .then(() => this.#save())
          .catch((error: unknown) => {
            this.log.error({ event: 'emulator.state.unsaved', error: messageOf(error) });
          });
      },
      Math.max(QUIET_MS, QUIET_PER_SAVE * this.#lastSaveMs),
    );
  }

  /** Everything is on disk when this resolves. @throws what the disk threw. */
  async flush(): Promise<void> {
    await this.#saving;
    await this.#save();
  }

  async #save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#dirty) return;
    this.#dirty = false;
    const started = this.clock.now().getTime();
    try {
      await saveState(this.state, this.file);
      this.#lastSaveMs = this.clock.now().getTime() - started;
    } catch (error) {
      this.#dirty = true;
      throw error;
    }
  }
}

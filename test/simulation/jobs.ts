import type { SweptType } from '../../src/listing/sweep-type.js';
import type { Reached } from '../../src/inbox/sources.js';
import type { EngineProcess } from './engine-process.js';
import type { Random } from './random.js';
import { types } from './stripe/kinds.js';

/** What an operator asks for, of whichever process is alive; it may die over it, and then nothing comes of it. */
export interface Jobs {
  backfill(): Promise<void>;
  /** Of some source. */
  sweepOne(type: string): Promise<void>;
  sweep(source: Reached, type: string): Promise<SweptType | undefined>;
  reached(): Promise<Reached[] | undefined>;
}

export function createJobs(someProcess: () => EngineProcess | undefined, random: Random): Jobs {
  const sweep: Jobs['sweep'] = async (source, type) => {
    const one = someProcess();
    return one?.live(one.core.sweep.sweep(source, type));
  };
  const reached: Jobs['reached'] = async () => {
    const one = someProcess();
    return one?.live(one.core.reached());
  };
  return {
    sweep,
    reached,
    async backfill() {
      const one = someProcess();
      const sources = await one?.live(one.core.reached());
      const { signal } = new AbortController();
      if (sources !== undefined) await one?.live(one.core.backfill({ sources, types, signal }));
    },
    async sweepOne(type) {
      const sources = await reached();
      if (sources !== undefined) await sweep(random.pick(sources), type);
    },
  };
}

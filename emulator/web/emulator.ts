import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Api } from './api.js';
import type { Live } from './live.js';

/** What every view needs: the API, and the stream of changes. */
export interface Emulator {
  readonly api: Api;
  readonly live: Live;
}

export const EmulatorContext = createContext<Emulator | null>(null);

export function useEmulator(): Emulator {
  const emulator = useContext(EmulatorContext);
  if (!emulator) throw new Error('a view was rendered outside of the emulator page');
  return emulator;
}

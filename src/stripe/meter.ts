import type { Clock } from '../kernel/clock.js';

/** Counts requests, to say how many a second there were of late. */
export interface Meter {
  count(): void;
  /** Requests a second in the last minute, or since the first one if that is more recent. */
  perS(): number;
}

const SLOT_MS = 5_000;
const SLOTS = 12;

export function createMeter(clock: Clock): Meter {
  const startedAt = clock.now().getTime();
  const slots = new Map<number, number>();
  const slotNow = (): number => Math.floor(clock.now().getTime() / SLOT_MS);
  const forget = (now: number): void => {
    for (const slot of slots.keys()) if (slot <= now - SLOTS || slot > now) slots.delete(slot);
  };
  return {
    count() {
      const now = slotNow();
      if (!slots.has(now)) forget(now);
      slots.set(now, (slots.get(now) ?? 0) + 1);
    },
    perS() {
      forget(slotNow());
      const total = [...slots.values()].reduce((sum, one) => sum + one, 0);
      const forMs = Math.min(SLOTS * SLOT_MS, Math.max(SLOT_MS, clock.now().getTime() - startedAt));
      return total / (forMs / 1_000);
    },
  };
}

import { MultiBar, Presets, type SingleBar } from 'cli-progress';

/** One line that is written over on a terminal, and nothing elsewhere. */
export interface Ticker {
  show(text: string): void;
  end(): void;
}

export function openTicker(wanted: boolean): Ticker {
  const out = process.stderr;
  if (!wanted || !out.isTTY) return { show: () => {}, end: () => {} };
  let last = 0;
  return {
    show(text) {
      if (performance.now() - last < 100) return;
      last = performance.now();
      out.write(`\r\u001B[2K  ${text}`);
    },
    end: () => void out.write('\r\u001B[2K'),
  };
}

export interface Amount {
  listed: number;
  /** 0 to 1; null: unknown. */
  fraction: number | null;
}

/** A bar for each thing under way on a terminal; a plain line at intervals elsewhere. */
export interface Bars {
  show(name: string, amount: Amount): void;
  /** Ends one, with a line that stays where there is anything to say. */
  done(name: string, line: string | null): void;
  end(): void;
}

const LINE_EVERY_MS = 5_000;
const STEPS = 1_000;

export function openBars(): Bars {
  return process.stdout.isTTY ? terminalBars() : plainLines();
}

function terminalBars(): Bars {
  const bars = new MultiBar(
    {
      format: '  {name} {bar} {listed} objects  {rate}/s  {left}',
      hideCursor: true,
      clearOnComplete: true,
      barsize: 24,
      noTTYOutput: false,
    },
    Presets.shades_grey,
  );
  const open = new Map<string, { bar: SingleBar; startedAt: number; first: Amount }>();
  return {
    show(name, amount) {
      const now = performance.now();
      let one = open.get(name);
      if (one === undefined) {
        const bar = bars.create(STEPS, 0, { name: name.padEnd(28), ...wordsOf(amount, amount, 0) });
        open.set(name, (one = { bar, startedAt: now, first: amount }));
      }
      const words = wordsOf(amount, one.first, now - one.startedAt);
      one.bar.update(Math.round((amount.fraction ?? 0) * STEPS), words);
    },
    done(name, line) {
      if (line !== null) bars.log(`${line}\n`);
      const one = open.get(name);
      if (one !== undefined) bars.remove(one.bar);
      open.delete(name);
    },
    end() {
      bars.update(); // it writes pending lines only when it redraws
      bars.stop();
    },
  };
}

/** What is left is an estimate: as if the account had grown evenly. */
function wordsOf(amount: Amount, first: Amount, ms: number): { listed: string; rate: string; left: string } {
  const rate = ms < 500 ? 0 : ((amount.listed - first.listed) / ms) * 1_000;
  const gone = (amount.fraction ?? 0) - (first.fraction ?? 0);
  const leftS = gone <= 0 || amount.fraction === null ? null : ((1 - amount.fraction) / gone) * (ms / 1_000);
  return {
    listed: amount.listed.toLocaleString('en-US'),
    rate: rate === 0 ? '–' : Math.round(rate).toLocaleString('en-US'),
    left: leftS === null ? '' : `about ${duration(leftS)} left`,
  };
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5_400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}

function plainLines(): Bars {
  const last = new Map<string, number>();
  return {
    show(name, { listed }) {
      const now = performance.now();
      const before = last.get(name);
      if (before === undefined) last.set(name, now);
      if (before === undefined || now - before < LINE_EVERY_MS) return;
      last.set(name, now);
      console.log(`  ${name}: ${listed.toLocaleString('en-US')} objects so far`);
    },
    done: (_, line) => {
      if (line !== null) console.log(line);
    },
    end: () => {},
  };
}

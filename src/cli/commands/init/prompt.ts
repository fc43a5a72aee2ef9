import { createInterface } from 'node:readline/promises';

/** Asks the person at the terminal; asks nobody where there is none. */
export interface Prompt {
  /** undefined: nothing was answered, or nobody is there. */
  ask(question: string): Promise<string | undefined>;
  close(): void;
}

export function openPrompt(): Prompt {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    return { ask: () => Promise.resolve(undefined), close: () => {} };
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  return {
    async ask(question) {
      const answer = (await terminal.question(`  ${question}: `)).trim();
      return answer === '' ? undefined : answer;
    },
    close: () => terminal.close(),
  };
}

export interface Change {
  cursor: string;
  account: string;
  livemode: boolean;
  type: string;
  id: string;
  kind: 'created' | 'updated' | 'deleted';
  changed: string[];
  provenAt: string;
  events: string[];
}

export interface Reader {
  url: string;
  token: string;
  /** The cursor that was saved last. Undefined: this reader has not begun. */
  load: () => Promise<string | undefined>;
  save: (cursor: string) => Promise<void>;
  handle: (change: Change) => Promise<void>;
  /** Reads what it needs from the mirror: at the beginning, and when its cursor is refused. */
  startOver: () => Promise<void>;
  signal: AbortSignal;
}

/** Calls `handle` for each change, in order, until it is stopped. */
export async function follow({ url, token, load, save, handle, startOver, signal }: Reader): Promise<void> {
  const read = async (query: string): Promise<{ changes: Change[]; next: string } | undefined> => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/v1/changes?types=customer,subscription${query}`, { headers, signal });
    if (response.status === 410) return undefined;
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
    return (await response.json()) as { changes: Change[]; next: string };
  };
  while (!signal.aborted) {
    const cursor = await load();
    const page = cursor === undefined ? undefined : await read(`&wait=30&after=${cursor}`);
    if (page === undefined) {
      // First the cursor, then the mirror: what commits in between is after the cursor.
      const now = await read('');
      await startOver();
      if (now !== undefined) await save(now.next);
      continue;
    }
    for (const change of page.changes) await handle(change);
    await save(page.next);
  }
}

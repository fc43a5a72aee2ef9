import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface SilentProxy {
  /** The URL of the same database through the proxy. */
  readonly url: string;
  /** How many connections were made so far. */
  readonly opened: number;
  /** From now on nothing comes through on the connections that stand, and nobody is told. New ones work. */
  silence(): void;
  /** Holds back new connections too: each is taken, and never answered. `thaw` lets new ones through again. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** Stands between us and a database, and can fall silent as a lost network or a frozen host does. */
export async function startSilentProxy(direct: string): Promise<SilentProxy> {
  const { hostname, port } = new URL(direct);
  const pairs = new Set<{ ours: Socket; theirs: Socket | undefined }>();
  let isFrozen = false;
  let opened = 0;
  const server = createServer((ours) => {
    opened += 1;
    const theirs = isFrozen ? undefined : connect(Number(port), hostname);
    const pair = { ours, theirs };
    pairs.add(pair);
    ours.on('error', () => {});
    ours.on('close', () => {
      theirs?.destroy();
      pairs.delete(pair);
    });
    if (theirs === undefined) return void ours.resume();
    theirs.on('error', () => ours.destroy());
    ours.pipe(theirs).pipe(ours);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(direct);
  url.port = String((server.address() as AddressInfo).port);
  const silence = (): void => {
    for (const { ours, theirs } of pairs) {
      ours.unpipe(theirs);
      theirs?.unpipe(ours);
      ours.resume();
      theirs?.resume();
      theirs?.destroy(); // the server lets go of its locks, as it does when its own side notices
    }
  };
  return {
    url: url.href,
    get opened() {
      return opened;
    },
    silence,
    freeze() {
      isFrozen = true;
      silence();
    },
    thaw: () => void (isFrozen = false),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const { ours } of pairs) ours.destroy();
      }),
  };
}

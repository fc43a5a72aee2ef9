import { closeSync, fsyncSync, openSync } from 'node:fs';
import { NodeFS } from '@electric-sql/pglite/nodefs';

interface NodeStream {
  nfd?: number;
  /** How many of the module's descriptors refer to this file. */
  shared: { refcount: number };
}
interface EmscriptenModule {
  NODEFS: {
    stream_ops: {
      open: (stream: NodeStream) => void;
      close: (stream: NodeStream) => void;
      fsync?: (stream: NodeStream) => number;
    };
  };
}
type PreRun = (module: EmscriptenModule) => void;

/**
 * PGlite's file system, with real syncs. The original has no `fsync`: PostgreSQL's calls do nothing, and a commit is only
 * in the operating system's cache (seen with strace on 0.5.16).
 */
export class DurableFS extends NodeFS {
  /** How many syncs there were. The start checks that a commit adds one. */
  syncs = 0;
  readonly #open = new Set<number>();

  override async init(...args: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const [pglite, options] = args;
    const patch: PreRun = (module) => {
      const { stream_ops: operations } = module.NODEFS;
      const { open, close } = operations;
      operations.open = (stream) => {
        open(stream);
        if (stream.nfd !== undefined) this.#open.add(stream.nfd);
      };
      operations.close = (stream) => {
        close(stream);
        if (stream.nfd !== undefined && stream.shared.refcount === 0) this.#open.delete(stream.nfd);
      };
      operations.fsync = (stream) => {
        if (stream.nfd !== undefined) fsyncSync(stream.nfd);
        this.syncs += 1;
        return 0;
      };
    };
    const { emscriptenOpts } = await super.init(pglite, options);
    const preRun = (emscriptenOpts.preRun ?? []) as PreRun[];
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...preRun, patch] as never } };
  }

  /** Closes the files that an instance left open because it panicked or did not start. */
  abandon(): void {
    for (const fd of this.#open) closeSync(fd);
    this.#open.clear();
  }

  /** Syncs the directory itself, so that files created in it survive a power cut. */
  syncDirectory(): void {
    const fd = openSync(this.rootDir, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  }
}

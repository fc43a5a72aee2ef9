import { signal, type ReadonlySignal } from '@preact/signals';

/** A live connection of server-sent events. */
export interface Stream {
  /** Whether the stream is connected. False while the browser tries to connect again. */
  readonly connected: ReadonlySignal<boolean>;
  close(): void;
}

/**
 * Opens a stream of JSON events. `on` has a handler for each event's name. `onOpen` runs at each connection, also at a
 * later one, because events in between were missed.
 */
export function openStream(
  url: string,
  options: { on: Readonly<Record<string, (data: unknown) => void>>; onOpen?: () => void },
): Stream {
  const connected = signal(false);
  let source = connect();
  let again: ReturnType<typeof setTimeout> | undefined;

  function connect(): EventSource {
    const source = new EventSource(url);
    source.onopen = () => {
      connected.value = true;
      options.onOpen?.();
    };
    source.onerror = () => {
      connected.value = false;
      // The browser does not retry after an error response, which a restarting server may send.
      if (source.readyState === EventSource.CLOSED) again = setTimeout(reconnect, retryMs);
    };
    for (const [name, handle] of Object.entries(options.on)) {
      source.addEventListener(name, (event: MessageEvent<string>) => handle(JSON.parse(event.data)));
    }
    return source;
  }

  function reconnect(): void {
    source = connect();
  }

  return {
    connected,
    close() {
      clearTimeout(again);
      source.close();
      connected.value = false;
    },
  };
}

const retryMs = 2000;

import { createHook } from 'node:async_hooks';

interface Connecting {
  readonly address?: string;
  readonly port?: number;
}

/**
 * Notes every connection that this process opens and every name that it looks up, whoever does it and in whatever way: Node
 * itself announces them, below all libraries.
 */
export function watchOutbound() {
  const connecting: Connecting[] = [];
  const names: { readonly hostname?: string }[] = [];
  const hook = createHook({
    // What they are for is written on them only after they were made.
    init: (_id, type, _trigger, resource) => {
      if (type === 'TCPCONNECTWRAP') connecting.push(resource);
      if (type === 'GETADDRINFOREQWRAP') names.push(resource);
    },
  }).enable();
  return {
    /** `address:port` of every connection so far, each once. */
    places: (): string[] => [...new Set(connecting.map(({ address, port }) => `${address}:${port}`))],
    /** Every name that was looked up so far, each once. */
    names: (): string[] => [...new Set(names.map(({ hostname }) => String(hostname)))],
    stop: () => void hook.disable(),
  };
}

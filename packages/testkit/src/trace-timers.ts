import { AsyncLocalStorage, createHook } from 'node:async_hooks';

/** What a run has begun and not ended. */
export interface Trace {
  /** Kinds of what goes over the network, into files or to other processes, as Node names them. */
  readonly operations: readonly string[];
  /** How many timers are set and keep the process alive. */
  readonly pendingTimers: number;
}

interface TracedTimers {
  readonly operations: string[];
  readonly timers: Map<number, object>;
}

const storage = new AsyncLocalStorage<TracedTimers>();

const operationTypes = new Set([
  'TCPWRAP',
  'TCPCONNECTWRAP',
  'PIPEWRAP',
  'PROCESSWRAP',
  'UDPWRAP',
  'UDPSENDWRAP',
  'GETADDRINFOREQWRAP',
  'FSREQCALLBACK',
  'FSREQPROMISE',
  'HTTPCLIENTREQUEST',
]);

/** A look at what is traced, for as long as it is not ended. */
export interface Tracer {
  look(): Trace;
  end(): void;
}

/** Runs something, and traces what it, and whatever it set off, has begun; of others nothing is seen. */
export async function traceWork(run: () => unknown): Promise<Tracer> {
  const traced: TracedTimers = { operations: [], timers: new Map() };
  const hook = createHook({
    init(asyncId, type, _triggerId, resource) {
      const own = storage.getStore();
      if (own !== traced) return;
      if (type === 'Timeout') own.timers.set(asyncId, resource);
      if (operationTypes.has(type)) own.operations.push(type);
    },
    destroy(asyncId) {
      traced.timers.delete(asyncId);
    },
  }).enable();
  await storage.run(traced, async () => run());
  return {
    look() {
      const pending = [...traced.timers.values()].filter(keepsAlive);
      return { operations: traced.operations, pendingTimers: pending.length };
    },
    end: () => {
      hook.disable();
    },
  };
}

function keepsAlive(timer: object): boolean {
  return 'hasRef' in timer && typeof timer.hasRef === 'function' && timer.hasRef() === true;
}

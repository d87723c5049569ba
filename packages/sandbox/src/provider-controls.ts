import { createFaultPlan } from './fault-plan.ts';
import type { Fault, InjectFaultOptions } from './faults.ts';
import { requireFault, requireInjectFaultOptions } from './faults.ts';
import type { SandboxClock } from './sandbox-clock.ts';

/** One request that reached a server. It never holds a credential, a header or a body. */
export interface LoggedRequest {
  /** When it was answered, on the sandbox's clock: the instant the answer describes. */
  readonly at: number;
  readonly method: string;
  /** As it was sent, without the query. */
  readonly path: string;
  /** As it was sent, without the question mark; empty when there is none. */
  readonly query: string;
  /** The HTTP status answered, `undefined` when the request was left hanging or its connection reset. */
  readonly status: number | undefined;
  /** The fault that replaced the answer. */
  readonly fault?: Fault['type'] | undefined;
  /** The migrations addressed: ids, status tokens, or the portal's URL. */
  readonly subjects: readonly string[];
  /** The provider's words that were served, in the order of `subjects`; empty when none was. */
  readonly answered: readonly string[];
  /** Those of `subjects` that another request to the same path was asking about, and had no whole answer yet; absent when there are none. */
  readonly overlaps?: readonly string[] | undefined;
}

/** What every simulated server offers besides its API. */
export interface ProviderControls {
  /** The latest requests, oldest first, as many as `logSize` says. The list is live. */
  readonly requests: readonly LoggedRequest[];
  /**
   * Lets something go wrong at the next request, or for a while. Faults apply in the order in which they
   * were injected. Returns a function that takes this one out again.
   *
   * @throws Error when the fault or an option is not a valid one.
   */
  injectFault(fault: Fault, options?: InjectFaultOptions): () => void;
  /** Takes all faults out. */
  clearFaults(): void;
}

/** The controls with the side that the server uses. */
export interface ControlDesk {
  readonly controls: ProviderControls;
  takeFault(path: string, nowMs: number): Fault | undefined;
  record(request: LoggedRequest): void;
}

/** Creates an empty log and an empty fault plan. */
export function createControlDesk(clock: SandboxClock, logSize: number): ControlDesk {
  const requests: LoggedRequest[] = [];
  const faults = createFaultPlan();

  return {
    controls: {
      requests,
      injectFault(fault, options = {}) {
        requireFault(fault);
        requireInjectFaultOptions(options);
        const { forMs, times = forMs === undefined ? 1 : Number.POSITIVE_INFINITY, path } = options;
        const untilMs = forMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + clock.toClockMs(forMs);
        return faults.add({ fault, times, untilMs, path });
      },
      clearFaults: faults.clear,
    },
    takeFault: faults.take,
    record(request) {
      requests.push(request);
      if (requests.length > logSize) requests.shift();
    },
  };
}

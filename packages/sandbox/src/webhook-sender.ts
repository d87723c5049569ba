import { requireCount, requireKnownKeys, requireOneOf, requireWebUrl } from './argument-checks.ts';
import type { SandboxClock } from './sandbox-clock.ts';
import { createSeededRandom } from './seeded-random.ts';
import type { PendingWebhook, WebhookEvent, WebhookMessage } from './webhook-outbox.ts';
import { createWebhookOutbox } from './webhook-outbox.ts';
import { postWebhook } from './webhook-post.ts';
import { signWebhook } from './webhook-signature.ts';

/** Something that goes wrong with a webhook. The provider does not notice it. */
export interface WebhookFault {
  /**
   * `bad_signature`: signed with a secret that is not the endpoint's. `old_timestamp`: signed an hour ago. `repeated`: the
   * same request is sent a second time. `unknown_event`: an event of a type that is not documented goes out before it.
   */
  readonly type: 'bad_signature' | 'old_timestamp' | 'repeated' | 'unknown_event';
}

/** One request to the receiver. It never holds the secret, a signature or a body. */
export interface WebhookAttempt {
  /** When it was sent, on the sandbox's clock. */
  readonly at: number;
  /** The same for each attempt to deliver one message. */
  readonly messageId: string;
  /** `migration.completed` */
  readonly type: string;
  /** The migration that it is about. */
  readonly subject: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** The HTTP status that the receiver answered; `undefined` when it did not. */
  readonly status: number | undefined;
  readonly fault?: WebhookFault['type'] | undefined;
}

/** The webhooks of a provider. */
export interface WebhookControls {
  /** What they are signed with: `whsec_…`. */
  readonly secret: string;
  /**
   * Where they are sent. May be set at any time; anything but an `http:` or `https:` URL throws. What happens while it is
   * `undefined` is never sent.
   */
  url: string | undefined;
  /** The latest 10 000 requests to the receiver, oldest first. The list is live. */
  readonly attempts: readonly WebhookAttempt[];
  /**
   * Lets something go wrong with the next request, or as many as `times`. Faults apply in the order in which they were
   * injected. Returns a function that takes this one out again.
   *
   * @throws Error when the fault or an option is not a valid one.
   */
  injectFault(fault: WebhookFault, options?: { readonly times?: number | undefined }): () => void;
  /** Takes all faults out. */
  clearFaults(): void;
  /**
   * Sends all that is due by the sandbox's clock, and resolves when it was answered. Only of use with a `now` of your own:
   * else everything is sent when its time comes.
   */
  deliver(): Promise<void>;
}

/** The controls with the side that the provider uses. */
export interface WebhookSender {
  readonly controls: WebhookControls;
  plan(events: readonly WebhookEvent[]): void;
  /** Breaks off what is being sent, and sends nothing more. */
  close(): void;
}

/** What a sender is made of. */
export interface WebhookSenderParts {
  readonly clock: SandboxClock;
  readonly seed: number;
  readonly url: string | undefined;
  /** Whether the clock goes by itself, so that a timer can be set by it. */
  readonly isTimed: boolean;
}

const faultTypes = ['bad_signature', 'old_timestamp', 'repeated', 'unknown_event'];
const undocumentedType = 'migration.reconsidered';
const oldMs = 3_600_000;
const longestTimerMs = 2 ** 31 - 1;
const longestLog = 10_000;

/**
 * How long after a failed attempt the next one comes, in provider time.
 *
 * @see https://docs.svix.com/retries
 */
const retryDelaysMs = [5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 36_000_000];

/** Creates the sender of one endpoint's webhooks: everything that goes out to it is here. */
export function createWebhookSender({
  clock,
  seed,
  url: urlAtFirst,
  isTimed,
}: WebhookSenderParts): WebhookSender {
  const random = createSeededRandom(seed, 'webhooks');
  const secret = toSecret(random.hex(48));
  const otherSecret = toSecret(random.hex(48));
  const outbox = createWebhookOutbox();
  const attempts: WebhookAttempt[] = [];
  const faults = new Set<{ readonly fault: WebhookFault; timesLeft: number }>();
  const closing = new AbortController();
  let url: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let turn = Promise.resolve();

  /** One after the other, so that they arrive in order. */
  function deliver(): Promise<void> {
    turn = turn.then(sendDue);
    return turn;
  }

  async function sendDue(): Promise<void> {
    for (let next = takeDue(); next && !closing.signal.aborted; next = takeDue()) {
      if (url !== undefined) await send(next, url);
    }
    setTimer();
  }

  function dropDue(): void {
    while (takeDue());
  }

  const takeDue = () => outbox.takeDue(clock.now());

  function setTimer(): void {
    clearTimeout(timer);
    if (!isTimed || url === undefined || closing.signal.aborted) return;
    const { nextDueAtMs } = outbox;
    if (nextDueAtMs === undefined) return;
    const delayMs = Math.min(Math.max(nextDueAtMs - clock.now(), 0), longestTimerMs);
    timer = setTimeout(deliver, Math.ceil(delayMs)).unref();
  }

  async function send(
    { event, attempt, message = write(event, event.type) }: PendingWebhook,
    to: string,
  ): Promise<void> {
    const fault = takeFault();
    const nowMs = clock.now();
    const signed = {
      secret: fault === 'bad_signature' ? otherSecret : secret,
      signedAtMs: fault === 'old_timestamp' ? nowMs - oldMs : nowMs,
    };
    const logged = { at: nowMs, subject: event.subject, attempt, ...(fault && { fault }) };

    async function post({ id, body }: WebhookMessage, type: string): Promise<boolean> {
      const headers = signWebhook({ ...signed, messageId: id, body });
      const status = await postWebhook(to, body, headers, closing.signal);
      attempts.push({ ...logged, messageId: id, type, status });
      if (attempts.length > longestLog) attempts.shift();
      return status !== undefined && status >= 200 && status < 300;
    }

    if (fault === 'unknown_event') await post(write(event, undocumentedType), undocumentedType);
    const isTaken = await post(message, event.type);
    if (fault === 'repeated') await post(message, event.type);
    const delayMs = retryDelaysMs[attempt - 1];
    if (isTaken || delayMs === undefined) return;
    const dueAtMs = nowMs + clock.toClockMs(delayMs);
    outbox.add({ dueAtMs, event, attempt: attempt + 1, message });
  }

  function write(event: WebhookEvent, type: string): WebhookMessage {
    const body = JSON.stringify(event.toBody(`evt_${random.text(26).toUpperCase()}`, type));
    return { id: `msg_${random.text(27)}`, body };
  }

  function takeFault(): WebhookFault['type'] | undefined {
    for (const entry of faults) {
      entry.timesLeft -= 1;
      if (entry.timesLeft <= 0) faults.delete(entry);
      return entry.fault.type;
    }
    return undefined;
  }

  const controls: WebhookControls = {
    secret,
    get url() {
      return url;
    },
    set url(wanted) {
      if (wanted !== undefined) requireWebUrl('url', wanted);
      if (url === undefined) dropDue();
      url = wanted;
      setTimer();
    },
    attempts,
    injectFault(fault, options = {}) {
      requireKnownKeys('fault', fault, ['type']);
      requireOneOf('fault.type', fault.type, faultTypes);
      requireKnownKeys('options', options, ['times']);
      const { times = 1 } = options;
      requireCount('options.times', times);
      const entry = { fault, timesLeft: times };
      faults.add(entry);
      return () => {
        faults.delete(entry);
      };
    },
    clearFaults: () => faults.clear(),
    deliver,
  };
  controls.url = urlAtFirst;

  return {
    controls,
    plan(events) {
      for (const event of events) outbox.add({ dueAtMs: event.atMs, event, attempt: 1 });
      setTimer();
    },
    close() {
      closing.abort();
      clearTimeout(timer);
    },
  };
}

function toSecret(hex: string): string {
  return `whsec_${Buffer.from(hex, 'hex').toString('base64')}`;
}

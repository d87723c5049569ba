/** An event that will happen. */
export interface WebhookEvent {
  /** When it happens, on the sandbox's clock. */
  readonly atMs: number;
  readonly type: string;
  /** The migration that it is about. */
  readonly subject: string;
  /** The body of a message about it. */
  toBody(eventId: string, type: string): unknown;
}

/** What goes out; each attempt to deliver it sends the same. */
export interface WebhookMessage {
  readonly id: string;
  readonly body: string;
}

/** An event that waits for its next attempt; its message is written at the first one. */
export interface PendingWebhook {
  readonly dueAtMs: number;
  readonly event: WebhookEvent;
  /** Counts from 1. */
  readonly attempt: number;
  readonly message?: WebhookMessage;
}

/** What has to be sent, and when. */
export interface WebhookOutbox {
  add(webhook: PendingWebhook): void;
  /** Takes out the one that is due first, unless none is by now; of several, the one that was added first. */
  takeDue(nowMs: number): PendingWebhook | undefined;
  /** When the next one is due. */
  readonly nextDueAtMs: number | undefined;
}

/** Creates an empty outbox. */
export function createWebhookOutbox(): WebhookOutbox {
  const pending: PendingWebhook[] = [];

  function indexOfNext(): number {
    return pending.reduce((first, { dueAtMs }, index) => {
      const best = pending[first];
      return best && best.dueAtMs <= dueAtMs ? first : index;
    }, -1);
  }

  return {
    add(webhook) {
      pending.push(webhook);
    },
    takeDue(nowMs) {
      const index = indexOfNext();
      const next = pending[index];
      if (next === undefined || next.dueAtMs > nowMs) return undefined;
      pending.splice(index, 1);
      return next;
    },
    get nextDueAtMs() {
      return pending[indexOfNext()]?.dueAtMs;
    },
  };
}

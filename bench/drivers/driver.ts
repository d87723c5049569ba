/** Where a driver works, and how. */
export interface Orders {
  /** Of its server. */
  readonly url: string;
  /** When what it has read is due again, in milliseconds; 0 for at once. */
  readonly gapMs: number;
  /** How many processes there are, this one included. */
  readonly workers: number;
  /** Whether each read finds another state. */
  readonly isChanging: boolean;
}

/** A driver at work. */
export interface Running {
  /** How many migrations it holds, where it holds any before it reads them: those of a queue are in the queue. */
  readonly held?: number;
  /** Lets the first reads come back, where it holds migrations. */
  begin?(): void;
  stop(): Promise<void>;
}

/** A way to read what is due and put it back, through its own documented interface. */
export interface Driver {
  /**
   * Works in this process until it is stopped.
   *
   * @param onCycles Is told how many were read and put back, or are about to be in one write.
   */
  start(orders: Orders, onCycles: (count: number) => void): Promise<Running>;
}

/** One thing that has to be in order. */
export interface HealthCheck {
  /**
   * `loop`: the process goes about its work; `open`: it is not being closed; `database`: it answers and takes writes;
   * `schema`: this version of the package can work with it.
   */
  readonly name: 'loop' | 'open' | 'database' | 'schema';
  readonly isOk: boolean;
  /** One stable word for what is wrong: `stalled`, `draining`, `late`, `failed`, or the code of a `DatabaseError`. */
  readonly code?: string | undefined;
}

/** What can be asked how it is; a tracker and a worker can. */
export interface HealthSource {
  /** Whether it still does its work. One that does not has to be started anew; an outage of the database is no reason. */
  checkLife(): readonly HealthCheck[];
  /** Whether it can do its work at this moment. Never rejects. */
  checkReadiness(): Promise<readonly HealthCheck[]>;
}

/** Runs a task when those before it are over, however they ended, and gives what it gives. */
export type Turns = <Result>(task: () => Promise<Result>) => Promise<Result>;

/** Makes a queue in which one task runs at a time, in the order in which they came. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();

  return (task) => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };
}

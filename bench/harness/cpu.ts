/** Starts to count; gives a function that tells how much CPU the process has used since, in microseconds. */
export function startCpu(): () => number {
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
}

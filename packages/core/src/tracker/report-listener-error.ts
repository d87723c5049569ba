/** The default for what a listener throws: said, so that it is not lost, and nothing else is harmed. */
export function reportListenerError(error: unknown): void {
  console.error('migration-status: a listener threw', error);
}

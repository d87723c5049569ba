/** One event of a stream, or a comment. */
export interface StreamedEvent {
  readonly type: string;
  readonly id?: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks into
  readonly data?: any;
}

/** Reads a stream of events piece by piece. */
export interface EventReader {
  /** The next event; undefined at the end. */
  next(): Promise<StreamedEvent | undefined>;
  cancel(): Promise<void>;
}

/** Makes a reader of the events in the body of a response. */
export function createEventReader(response: Response): EventReader {
  if (response.body === null) throw new Error('there is no body');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const events: StreamedEvent[] = [];
  let text = '';
  return {
    async next() {
      while (events.length === 0) {
        const { value, done } = await reader.read();
        if (done) return undefined;
        const blocks = (text + value).split('\n\n');
        text = blocks.pop() ?? '';
        events.push(...blocks.map(toEvent));
      }
      return events.shift();
    },
    cancel: () => reader.cancel(),
  };
}

function toEvent(block: string): StreamedEvent {
  const fields = new Map(
    block
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const id = fields.get('id');
  const data = fields.get('data');
  const type = fields.get('event') ?? (fields.has('retry') ? 'retry' : 'comment');
  return { type, ...(id !== undefined && { id }), ...(data !== undefined && { data: JSON.parse(data) }) };
}

import { type BodyReader, toBodyStream } from './body-queue.ts';

/** What comes before the body of an answer. */
export interface ResponseHead {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
}

/**
 * A response that is made a whole one when somebody asks for its body. Most answers are only read to their end, for which
 * {@link takeBody} is enough.
 */
export class LeanResponse extends Response {
  readonly #head: ResponseHead;
  #reader: BodyReader | undefined;
  #whole: Response | undefined;

  constructor(head: ResponseHead, reader: BodyReader) {
    super(null, { status: head.status, statusText: head.statusText });
    this.#head = head;
    this.#reader = reader;
  }

  /** The body, for the one who reads it; undefined when it has been asked for before. */
  takeBody(): BodyReader | undefined {
    const reader = this.#reader;
    this.#reader = undefined;
    return reader;
  }

  override get headers(): Headers {
    return this.#head.headers;
  }

  override get body() {
    return this.#asWhole().body;
  }

  override get bodyUsed(): boolean {
    return this.#asWhole().bodyUsed;
  }

  override clone(): Response {
    return this.#asWhole().clone();
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    return this.#asWhole().arrayBuffer();
  }

  override blob(): Promise<Blob> {
    return this.#asWhole().blob();
  }

  override bytes() {
    return this.#asWhole().bytes();
  }

  override formData(): Promise<FormData> {
    return this.#asWhole().formData();
  }

  override json() {
    return this.#asWhole().json();
  }

  override text(): Promise<string> {
    return this.#asWhole().text();
  }

  #asWhole(): Response {
    const reader = this.takeBody();
    this.#whole ??= new Response(reader && toBodyStream(reader), this.#head);
    return this.#whole;
  }
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { FixtureAnswer, FixtureRequest } from './harness.ts';

const chunkLength = 256 * 1024;
const endlessLength = 48 * 1024 * 1024;

/** What is done with a request: it is answered, or with a body that is too long for anybody, or its connection is cut. */
export type ScriptedAnswer = FixtureAnswer | 'endless' | 'reset';

/** What is done with each request, at once or later. */
export type Script = (request: FixtureRequest) => ScriptedAnswer | Promise<ScriptedAnswer>;

/** A real HTTP server on this machine in the provider's place. */
export interface FixtureServer {
  /** `http://127.0.0.1:40001` */
  readonly origin: string;
  /** Every request since {@link play}, in the order of arrival. */
  readonly requests: readonly FixtureRequest[];
  /** How many requests since {@link play} were given up by the adapter before their answer was sent. */
  readonly cutRequests: number;
  /** How many requests have not been answered yet. */
  readonly openRequests: number;
  /** Takes up a script, and forgets what was before. */
  play(script: Script): void;
  /** Stops listening and cuts open connections. */
  close(): Promise<void>;
}

/**
 * Starts a server on a free port of the loopback interface. It does not keep the process alive: whoever waits for its answer
 * does that.
 */
export async function createFixtureServer(): Promise<FixtureServer> {
  let requests: FixtureRequest[] = [];
  let cutRequests = 0;
  let openRequests = 0;
  let script: Script = () => ({ status: 404 });

  const server = createServer(async (incoming, response) => {
    const own = requests;
    const body = await text(incoming).catch(() => '');
    const request = toFixtureRequest(incoming, body, origin, own.length);
    own.push(request);
    openRequests += 1;
    response.on('close', () => {
      openRequests -= 1;
      if (!response.writableFinished && own === requests) cutRequests += 1;
    });
    const answer = await script(request);
    if (answer === 'reset') incoming.socket.resetAndDestroy();
    else if (answer === 'endless') await sendEndless(response);
    else if (!response.destroyed) send(response, answer);
  });
  server.keepAliveTimeout = 0;
  server.on('connection', (socket) => socket.unref());
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const origin = `http://127.0.0.1:${port}`;

  return {
    origin,
    get requests() {
      return requests;
    },
    get cutRequests() {
      return cutRequests;
    },
    get openRequests() {
      return openRequests;
    },
    play(next) {
      script = next;
      requests = [];
      cutRequests = 0;
    },
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function toFixtureRequest(
  { method = '', url = '', headers }: IncomingMessage,
  body: string,
  origin: string,
  index: number,
): FixtureRequest {
  const pairs = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]);
  return { method, origin, url, headers: Object.fromEntries(pairs), body, index };
}

function send(response: ServerResponse, answer: FixtureAnswer): void {
  const body = toBody(answer);
  response.writeHead(answer.status ?? 200, {
    'content-type': toContentType(answer, body),
    ...answer.headers,
  });
  response.end(body);
}

/** Longer than any answer about a migration; not without any end, so that who reads it all ends as well. */
async function sendEndless(response: ServerResponse): Promise<void> {
  const chunk = 'x'.repeat(chunkLength);
  response.writeHead(200, { 'content-type': 'application/json' });
  const chunks = Array.from({ length: endlessLength / chunkLength }, () => chunk);
  await pipeline(Readable.from(['{"text":"', ...chunks, '"}']), response).catch(() => {});
}

/** The characters that go over the wire. */
export function toBody({ json, text: said }: FixtureAnswer): string {
  return said ?? (json === undefined ? '' : JSON.stringify(json));
}

function toContentType({ text: said }: FixtureAnswer, body: string): string {
  if (said === undefined) return 'application/json';
  return body.trimStart().startsWith('<') ? 'text/html' : 'text/plain';
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { htmlReply } from './api-reply.ts';
import type { Drip, Outcome } from './fault-reply.ts';
import { toOutcome } from './fault-reply.ts';
import type { Fault } from './faults.ts';
import type { ApiReply, ApiRequest, ProviderApi } from './provider-api.ts';
import type { ControlDesk } from './provider-controls.ts';
import type { ProviderSetup } from './provider-setup.ts';
import { createRateLimiter } from './rate-limiter.ts';

const largestBodyBytes = 1024 * 1024;
const listenAddress = '127.0.0.1';

/** A server that listens. */
export interface ProviderServer {
  /** `http://127.0.0.1:41233` */
  readonly origin: string;
  /** Stops listening and destroys every open connection. May be called again. */
  close(): Promise<void>;
}

/** A provider that listens, and how to stop it. */
export interface RunningProvider<Provider> {
  readonly provider: Provider;
  close(): Promise<void>;
}

/** What a server is made of. */
export interface ProviderServerParts {
  /** Creates the API once the origin is known. */
  readonly createApi: (origin: string) => ProviderApi;
  /** All of them see each request; the first that has a fault for it decides. */
  readonly desks: readonly ControlDesk[];
  readonly setup: Pick<ProviderSetup, 'clock' | 'latencyMs' | 'rateLimit'>;
  /** 0 for a free one. */
  readonly port: number;
}

/** Serves one API on a loopback port: everything that touches a socket is here. */
export async function startProviderServer({
  createApi,
  desks,
  setup: { clock, latencyMs, rateLimit },
  port,
}: ProviderServerParts): Promise<ProviderServer> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, listenAddress, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP port');
  const origin = `http://${listenAddress}:${address.port}`;
  const ownHosts = [listenAddress, 'localhost', '[::1]'].map((host) => `${host}:${address.port}`);
  const api = createApi(origin);
  const toWaitMs = rateLimit ? createRateLimiter(rateLimit) : () => 0;
  /** What is being asked, and how many times at the moment. */
  const underWay = new Map<string, number>();

  /** Notes what a request asks about until it is over, and gives what of it is being asked already. */
  function enter(path: string, subjects: readonly string[], response: ServerResponse): readonly string[] {
    const asked = [...new Set(subjects)].map((subject) => ({ subject, question: `${path} ${subject}` }));
    const overlaps = asked.filter(({ question }) => underWay.has(question));
    // Nobody will tell of the end of a connection that has ended already.
    if (response.destroyed) return overlaps.map(({ subject }) => subject);
    for (const { question } of asked) underWay.set(question, (underWay.get(question) ?? 0) + 1);
    response.once('close', () => {
      for (const { question } of asked) {
        const others = (underWay.get(question) ?? 1) - 1;
        if (others === 0) underWay.delete(question);
        else underWay.set(question, others);
      }
    });
    return overlaps.map(({ subject }) => subject);
  }

  /** Tells every desk what became of a request. */
  function record(
    request: ApiRequest,
    nowMs: number,
    response: ServerResponse,
    outcome: Outcome,
    fault?: Fault,
  ): void {
    const reply = outcome.type === 'reply' ? outcome.reply : undefined;
    const served = reply?.served ?? [];
    const subjects = served.length > 0 ? served.map(({ subject }) => subject) : api.subjectsOf(request);
    const overlaps = enter(request.path, subjects, response);
    const logged = {
      at: nowMs,
      method: request.method,
      path: redact(request.path, api.secrets),
      query: redact(request.target.slice(request.path.length + 1), api.secrets),
      status: reply?.status,
      ...(fault && { fault: fault.type }),
      subjects,
      answered: served.map(({ status }) => status),
      ...(overlaps.length > 0 && { overlaps }),
    };
    for (const desk of desks) desk.record(logged);
  }

  /** Decides what becomes of a request; `body` is `undefined` when it was too large. */
  function decide(request: ApiRequest, body: string | undefined, nowMs: number): [Outcome, Fault?] {
    // A page in a browser can send requests to loopback under a name of its own; it must not be served.
    const host = request.headers.host ?? '';
    if (!ownHosts.includes(host.toLowerCase())) return [{ type: 'reply', reply: htmlReply(421) }];
    if (body === undefined) return [{ type: 'reply', reply: htmlReply(413) }];
    const answer = () => api.answer(request, nowMs);
    const fault = takeFault(desks, request.path, nowMs);
    if (fault) return [toOutcome(fault, api, answer, Date.now()), fault];
    const retryAfterMs = toWaitMs(nowMs);
    if (retryAfterMs > 0) return [toOutcome({ type: 'rate_limit', retryAfterMs }, api, answer, Date.now())];
    return [{ type: 'reply', reply: answer() }];
  }

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(incoming);
    const request = toApiRequest(incoming, body ?? '');
    const nowMs = clock.now();
    const [outcome, fault] = decide(request, body, nowMs);
    record(request, nowMs, response, outcome, fault);
    if (latencyMs > 0) await sleep(latencyMs);
    if (!response.destroyed) carryOut(outcome, response);
  }

  server.on('request', (incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      // Nobody reads this when the client went away in the middle of its body; anything else is a defect here.
      response.writeHead(500).end(`sandbox: ${String(error)}`);
    });
  });

  let closing: Promise<void> | undefined;
  return {
    origin,
    close() {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closing;
    },
  };
}

function takeFault(desks: readonly ControlDesk[], path: string, nowMs: number): Fault | undefined {
  for (const desk of desks) {
    const fault = desk.takeFault(path, nowMs);
    if (fault) return fault;
  }
  return undefined;
}

/** The body, or `undefined` when it is too large; that one is read to its end so that the client gets its answer. */
async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += chunk.length;
    if (bytes <= largestBodyBytes) chunks.push(chunk);
  }
  return bytes > largestBodyBytes ? undefined : Buffer.concat(chunks).toString('utf8');
}

function toApiRequest({ method = 'GET', url = '/', headers }: IncomingMessage, body: string): ApiRequest {
  const [path = '/'] = url.split('?', 1);
  return {
    method,
    target: url,
    path,
    query: new URLSearchParams(url.slice(path.length)),
    headers,
    body,
  };
}

function redact(text: string, secrets: readonly string[]): string {
  return secrets
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .reduce((redacted, secret) => redacted.replaceAll(secret, '***'), text);
}

function carryOut(outcome: Outcome, response: ServerResponse): void {
  if (outcome.type === 'hang') return;
  if (outcome.type === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const { reply, drip } = outcome;
  writeHead(response, reply);
  if (drip === undefined) response.end(reply.body);
  else void dripBody(response, Buffer.from(reply.body), drip);
}

function writeHead(response: ServerResponse, { status, headers, body }: ApiReply): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
}

/** Stops, with its timer, as soon as the connection is gone. */
async function dripBody(response: ServerResponse, body: Buffer, drip: Drip): Promise<void> {
  const { chunkBytes, chunkDelayMs } = drip;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  for (let offset = 0; offset < body.length; offset += chunkBytes) {
    response.write(body.subarray(offset, offset + chunkBytes));
    await sleep(chunkDelayMs, undefined, { signal: gone.signal }).catch(() => undefined);
    if (response.destroyed) return;
  }
  response.end();
}

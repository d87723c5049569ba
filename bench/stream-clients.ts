import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { toFigure } from './harness/median.ts';
import { beaconMark, type ClientOrder, type ClientReport } from './stream-orders.ts';

/** A slow client takes no more than that in a second, and never catches up. */
const slowBytesPerSecond = 10_000;

const longestFinishMs = 45_000;

/** One client: it keeps the events in pieces, and looks into them no more than it must. */
interface Client {
  readonly isSlow: boolean;
  readonly response: IncomingMessage;
  chunks: Buffer[];
  /** The number of the snapshot that it began with last, and of the last event that followed without a gap. */
  beganAt: number;
  at: number;
  snapshots: number;
  isTorn: boolean;
}

/**
 * The first bytes that came for each event, by its number. Other clients must get the same ones: then what they have follows
 * from the snapshot that they began with.
 */
const changes = new Map<number, Buffer>();
const snapshots = new Map<number, Buffer>();
const clients: Client[] = [];
const lateness: number[] = [];
let origin = '';
let isWatching = false;
let isFinishing = false;

async function connect(isSlow: boolean): Promise<void> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${origin}/statuses/events`, { agent: false }, resolve).on('error', reject);
  });
  const client: Client = {
    isSlow,
    response,
    chunks: [],
    beganAt: -1,
    at: -1,
    snapshots: 0,
    isTorn: false,
  };
  clients.push(client);
  response.on('data', (chunk: Buffer) => take(client, chunk));
}

function take(client: Client, chunk: Buffer): void {
  if (client.isSlow && !isFinishing) {
    client.response.pause();
    setTimeout(() => client.response.resume(), (1_000 * chunk.length) / slowBytesPerSecond);
  }
  client.chunks.push(chunk);
  if (!endsEvent(client)) return;
  const bytes = client.chunks.length === 1 ? chunk : Buffer.concat(client.chunks);
  client.chunks = [];
  let from = 0;
  for (let end = bytes.indexOf('\n\n'); end >= 0; end = bytes.indexOf('\n\n', from)) {
    takeEvent(client, bytes.subarray(from, end));
    from = end + 2;
  }
  if (from < bytes.length) client.chunks.push(bytes.subarray(from));
}

/** Whether there can be the end of an event in what came last: so a long one is put together only once. */
function endsEvent({ chunks }: Client): boolean {
  const last = chunks.at(-1);
  const before = chunks.at(-2);
  if (last === undefined) return false;
  return last.includes('\n\n') || (last[0] === newLine && before?.at(-1) === newLine);
}

const newLine = 10;

function takeEvent(client: Client, event: Buffer): void {
  const head = event.subarray(0, 120).toString('latin1');
  const [, type, id] = /^event: (snapshot|change)\nid: \S+-(\d+)\n/.exec(head) ?? [];
  if (type === undefined) return;
  const number = Number(id);
  const known = type === 'snapshot' ? snapshots : changes;
  const first = known.get(number);
  if (first === undefined) known.set(number, Buffer.from(event));
  else if (!first.equals(event)) client.isTorn = true;
  if (type === 'snapshot') {
    client.beganAt = number;
    client.snapshots += 1;
  } else {
    if (number !== client.at + 1) client.isTorn = true;
    if (isWatching && !client.isSlow) noteLateness(event);
  }
  client.at = number;
}

function noteLateness(event: Buffer): void {
  const now = Date.now();
  for (let at = event.indexOf(beaconMark); at >= 0; at = event.indexOf(beaconMark, at + 1)) {
    const from = at + beaconMark.length;
    lateness.push(now - Number(event.subarray(from, from + 13).toString('latin1')));
  }
}

async function finish(lastId: string): Promise<ClientReport> {
  isWatching = false;
  isFinishing = true;
  const last = Number(lastId.slice(lastId.lastIndexOf('-') + 1));
  const until = Date.now() + longestFinishMs;
  while (clients.some(({ at }) => at !== last) && Date.now() < until) await sleep(20);
  const sound = await listSoundSnapshots(last);
  const isAstray = ({ at, beganAt, isTorn }: Client) => at !== last || isTorn || !sound.has(beganAt);
  return {
    type: 'finished',
    ...(lateness.length > 0 && toLateness()),
    astray: clients.filter(isAstray).length,
    repeatedSnapshots: clients.reduce((sum, client) => sum + Math.max(0, client.snapshots - 1), 0),
  };
}

function toLateness() {
  const sorted = Float64Array.from(lateness).sort();
  const p99 = sorted[Math.max(0, Math.ceil(0.99 * sorted.length) - 1)] ?? Number.NaN;
  return { lateP50Ms: toFigure(lateness).value, lateP99Ms: p99 };
}

/**
 * Goes through all events once, from the first snapshot on: a later snapshot is sound where it says what the events before it
 * come to. None is where the end is not what the server says.
 */
async function listSoundSnapshots(last: number): Promise<ReadonlySet<number>> {
  const sound = new Set<number>();
  const first = Math.min(...snapshots.keys());
  let rows = new Map<string, string>();
  for (let number = first; number <= last; number += 1) {
    const change = changes.get(number);
    if (change && number > first) {
      const { rows: put, removedRows } = toData(change);
      for (const row of put) rows.set(row.key, JSON.stringify(row));
      for (const key of removedRows ?? []) rows.delete(key);
    }
    const snapshot = snapshots.get(number);
    if (snapshot === undefined) continue;
    const said = toRowMap(toData(snapshot));
    if (number === first) rows = said;
    if (isSame(rows, said)) sound.add(number);
  }
  const answer = await fetch(`${origin}/statuses`);
  return isSame(rows, toRowMap(toRows(await answer.json()))) ? sound : new Set();
}

interface EventData {
  readonly rows: readonly { readonly key: string }[];
  readonly removedRows?: readonly string[];
}

function toData(event: Buffer): EventData {
  const text = event.toString();
  return toRows(JSON.parse(text.slice(text.indexOf('\ndata: ') + 7)));
}

function toRows(value: unknown): EventData {
  if (typeof value === 'object' && value !== null && 'rows' in value) return value as EventData;
  throw new Error('an event has no rows');
}

function toRowMap({ rows }: EventData): Map<string, string> {
  return new Map(rows.map((row) => [row.key, JSON.stringify(row)]));
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, row]) => b.get(key) === row);
}

async function obey(order: ClientOrder): Promise<ClientReport | undefined> {
  if (order.type === 'watch') {
    isWatching = true;
    return undefined;
  }
  if (order.type === 'finish') return finish(order.lastId);
  origin = order.origin;
  let coming = Promise.resolve();
  for (let index = 0; index < order.quick + order.slow; index += 1) {
    const isSlow = index >= order.quick;
    coming = order.isHerd
      ? Promise.all([coming, connect(isSlow)]).then()
      : coming.then(() => connect(isSlow));
  }
  await coming;
  while (clients.some(({ isSlow, at }) => !isSlow && at < 0)) await sleep(20);
  return { type: 'connected' };
}

process.on('message', (order: ClientOrder) => {
  void obey(order).then((report) => report && process.send?.(report));
});
process.once('disconnect', () => process.exit());

import { getEventListeners } from 'node:events';
import type { MigrationRow } from '../../src/index.ts';
import { type Followed, tickMs, type WaitBook } from './books.ts';
import { isRefused, toPacedUntil, toRoom } from './lane-book.ts';
import type { Ledger } from './ledger.ts';
import { type BookedCondition, kinds, toHeldConditions, toLatestPlan, toNewsText } from './row-book.ts';
import type { SavedProcess } from './saved-process.ts';
import { type SimulatedProcess, toBookedStatus } from './simulated-process.ts';
import { checkView } from './view-check.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Compares all that can be seen of a process with the books, once everything has settled that an event set off. */
export function checkInvariants(
  ledger: Ledger,
  process: SimulatedProcess,
  saved: SavedProcess,
  clock: VirtualClock,
): void {
  const rows = process.tracker.rows();
  checkRows(ledger, process, rows);
  checkLookUps(ledger, process, rows);
  checkView(ledger, process, rows);
  saved.check();
  checkRequests(ledger);
  checkWaits(ledger, process, clock);
  checkStreams(ledger, process);
  checkSignals(ledger, process);
  if (process.reported !== process.thrown) {
    ledger.report('what a listener throws is reported', `${process.reported} of ${process.thrown}`);
  }
  if (process.forgotten.length > 0) {
    ledger.report('what is let go of is told', process.forgotten.join(' '));
  }
  if (process.clock.timers > 1) ledger.report('one timer drives', `${process.clock.timers} are set`);
  if (!clock.isBehind) checkWakeUps(ledger, process);
  noteShown(ledger);
}

/** Once a tracker is closed nothing may be left of it. */
export function checkClosed(ledger: Ledger, process: SimulatedProcess): void {
  if (process.clock.timers > 0) ledger.report('close leaves no timer', `${process.clock.timers} are set`);
  for (const { name, signal } of [...ledger.requests, ...ledger.dropped]) {
    if (!signal?.aborted) ledger.report('close leaves no request', name);
  }
  for (const signal of process.signals) {
    const { length } = getEventListeners(signal, 'abort');
    if (length > 0) ledger.report('close leaves no listener', `${length} on a signal`);
  }
  checkStreams(ledger, process);
  for (const handle of [...process.handles, ...process.released]) {
    for (const wait of handle.waits) settleWait(ledger, handle.waits, wait);
    if (handle.waits.size > 0) ledger.report('close ends every wait', handle.name);
  }
}

/** In the order of tracking, but that one may take the place of one that was let go of. */
function checkRows(ledger: Ledger, process: SimulatedProcess, rows: readonly MigrationRow[]): void {
  const subjects: Followed[] = [];
  for (const { key } of rows) {
    const subject = ledger.followed.get(key);
    if (subject) subjects.push(subject);
  }
  if (rows.length !== ledger.followed.size || new Set(subjects).size !== rows.length) {
    const keys = rows.map(({ key }) => key).join(' ');
    const expected = [...ledger.followed.keys()].join(' ');
    ledger.report('the rows are those that are followed', `${keys} instead of ${expected}`);
    return;
  }
  const known = new Set(subjects);
  const before = process.order.filter((subject) => known.has(subject));
  const old = new Set(before);
  const stayed = subjects.filter((subject) => old.has(subject));
  if (stayed.some((subject, index) => subject !== before[index])) {
    ledger.report('rows keep their order', stayed.map(({ key }) => key).join(' '));
  }
  process.order = subjects;
  for (const [index, subject] of subjects.entries()) {
    const row = rows[index];
    if (row) checkRow(ledger, subject, row);
  }
}

/** What can be asked by key says the same as the list of all; one row is asked for after each event, in turn. */
function checkLookUps(ledger: Ledger, process: SimulatedProcess, rows: readonly MigrationRow[]): void {
  const { tracker } = process;
  if (tracker.size !== rows.length) {
    ledger.report('the size is that of the list', `${tracker.size} of ${rows.length}`);
  }
  if (tracker.get('nobody/follows this'))
    ledger.report('nothing is found that is not followed', 'a stranger');
  process.lookUps += 1;
  const row = rows[process.lookUps % Math.max(1, rows.length)];
  const subject = row && ledger.followed.get(row.key);
  if (row === undefined || subject === undefined) return;
  if (!isSameRow(tracker.get(row.key), row)) ledger.report('a row is found by its key', row.key);
  for (const { handle } of subject.handles) {
    if (!isSameRow(handle.row, row)) ledger.report('a handle shows the row', row.key);
  }
}

function isSameRow(own: MigrationRow | undefined, row: MigrationRow): boolean {
  return (
    own !== undefined && own.reads === row.reads && own.stopped === row.stopped && isSameStatus(own, row)
  );
}

function checkRow(ledger: Ledger, subject: Followed, row: MigrationRow): void {
  const { key, row: book } = subject;
  ledger.noteStop(subject, row.stopped);
  ledger.lookLast(subject);
  const [due] = subject.expected;
  if (due !== undefined) ledger.report('no event is missed', `${key}: "${due}" was not told`);
  if (row.reads !== book.reads) {
    ledger.report('the reads of a row are counted', `${key}: ${row.reads} instead of ${book.reads}`);
  }
  if (row.stopped !== book.stopped) {
    ledger.report('reading stops for a reason', `${key}: ${row.stopped} instead of ${book.stopped}`);
  }
  const told = row.status && toBookedStatus(row.status);
  const toText = (status: typeof told) => (status ? `${status.observedAt} ${toNewsText(status)}` : 'none');
  if (toText(told) !== toText(book.status)) {
    ledger.report('the last good status stays', `${key}: ${toText(told)} instead of ${toText(book.status)}`);
  }
  if (row.status?.state === 'failed' && !row.status.issues?.length) {
    ledger.report('a failure has a reason', key);
  }
  if (JSON.stringify(row.ref) !== JSON.stringify(subject.ref)) ledger.report('the latest ref is shown', key);
  checkConditions(ledger, subject, row);
}

function isSameStatus({ status: own }: MigrationRow, { status }: MigrationRow): boolean {
  if (own === undefined || status === undefined) return own === status;
  return own.observedAt === status.observedAt && own.native === status.native && own.state === status.state;
}

/** What is shown after this event is what was shown before the next. */
function noteShown(ledger: Ledger): void {
  ledger.answered.clear();
  ledger.lessons.clear();
  ledger.forgiven.clear();
  for (const { parts } of ledger.lanes.values()) for (const part of parts) part.isFresh = false;
  for (const subject of ledger.followed.values()) subject.shown = subject.row.status;
}

/** The conditions are those after the last read, but for a row whose turn has come while its lane is parked. */
function checkConditions(ledger: Ledger, subject: Followed, row: MigrationRow): void {
  const { key, row: book, active, lane } = subject;
  const shown = toConditionsText(row.conditions);
  if (shown !== toConditionsText([...active.values()])) {
    ledger.report('events and rows agree on conditions', `${key}: ${shown}`);
  }
  const isDue = ledger.now() >= book.dueFrom - tickMs && book.stopped === undefined;
  // One that was forgiven in the present event may have been parked when the row was told.
  const isMaybeParked = ledger.now() <= lane.parkedUntil.most || ledger.forgiven.has(lane);
  const possible = [book.conditions];
  if (isDue && isMaybeParked) {
    for (const by of lane.parkedBy) {
      for (const before of [...possible]) possible.push(toHeldConditions(before, by, ledger.at()));
    }
  }
  const found = possible.find((conditions) => toConditionsText(conditions) === shown);
  if (found) book.conditions = found;
  else {
    const expected = possible.map(toConditionsText).join(' or ');
    ledger.report('conditions tell how our looking goes', `${key}: ${shown} instead of ${expected}`);
  }
}

function toConditionsText(conditions: readonly BookedCondition[]): string {
  return conditions
    .map(({ kind, since, failure, code, stopsReading }) =>
      [kind, since, failure, code, stopsReading].join(' '),
    )
    .sort()
    .join('; ');
}

function checkRequests(ledger: Ledger): void {
  for (const { name, signal, latestEnd } of ledger.requests) {
    if (signal?.aborted) ledger.report('a request that is needed is not aborted', name);
    if (ledger.now() > latestEnd + tickMs) ledger.report('a read that does not come back is given up', name);
  }
  for (const { name, signal } of ledger.dropped) {
    if (!signal?.aborted) ledger.report('a request that nobody needs is aborted', name);
  }
  ledger.dropped.clear();
}

function checkWaits(ledger: Ledger, process: SimulatedProcess, clock: VirtualClock): void {
  for (const handle of [...process.handles, ...process.released]) {
    for (const wait of handle.waits) {
      settleWait(ledger, handle.waits, wait);
      if (wait.settlement !== undefined) continue;
      if (wait.expectation !== undefined) {
        ledger.report('a wait ends when it has to', `${wait.what}: not ${wait.expectation}`);
      }
      if (!clock.isBehind && ledger.now() > wait.latestEnd + tickMs) {
        ledger.report('a deadline is not late', `${wait.what}: ${ledger.now() - wait.latestEnd} ms`);
      }
    }
  }
}

function settleWait(ledger: Ledger, waits: Set<WaitBook>, wait: WaitBook): void {
  const { settlement, expectation, what } = wait;
  if (settlement === undefined) return;
  waits.delete(wait);
  if (settlement !== expectation) {
    ledger.report('a wait ends as it has to', `${what}: ${settlement} instead of ${expectation}`);
  }
}

function checkStreams(ledger: Ledger, { handles, released }: SimulatedProcess): void {
  for (const handle of [...handles, ...released]) {
    for (const stream of handle.streams) {
      const { expected, got, hasEnded, hasToEnd, isPulling } = stream;
      const text = `${handle.followed.key}: ${got.join(' ')} of ${expected.join(' ')}`;
      const isPrefix = got.every((state, index) => state === expected[index]);
      if (!isPrefix) ledger.report('an iteration hands out every transition', text);
      if (hasEnded && (got.length < expected.length || !hasToEnd)) {
        ledger.report('an iteration ends with the reading', text);
      }
      if (isPulling && (got.length < expected.length || hasToEnd)) {
        ledger.report('an iteration wakes its reader', text);
      }
      if (hasEnded) handle.streams.delete(stream);
    }
    if (released.has(handle) && handle.waits.size + handle.streams.size === 0) released.delete(handle);
  }
}

/** Only waits that go on may listen on a signal of a caller. */
function checkSignals(ledger: Ledger, process: SimulatedProcess): void {
  const waits = [...process.handles].flatMap((handle) => [...handle.waits]);
  for (const signal of process.signals) {
    const { length } = getEventListeners(signal, 'abort');
    const needed = waits.filter((wait) => wait.signal === signal).length;
    if (length > needed) ledger.report('a wait leaves no listener', `${length} for ${needed}`);
    if (needed === 0) process.signals.delete(signal);
  }
}

/** No wake-up is lost: whatever is to happen has a timer or a request that leads to it, and nothing that is due is left lying. */
function checkWakeUps(ledger: Ledger, { clock, handles }: SimulatedProcess): void {
  const now = ledger.now();
  const nextAt = clock.nextTimerAt ?? Number.POSITIVE_INFINITY;
  const isBy = (at: number) => nextAt <= Math.max(now, at) + tickMs;
  let isNeeded = ledger.requests.size > 0;
  for (const { name, latestEnd } of ledger.requests) {
    if (!isBy(latestEnd)) ledger.report('a request has a timer that gives it up', name);
  }
  for (const { waits } of handles) {
    for (const { what, latestEnd } of waits) {
      if (Number.isFinite(latestEnd)) isNeeded = true;
      if (!isBy(latestEnd)) ledger.report('a deadline has a timer', what);
    }
  }
  for (const subject of ledger.followed.values()) {
    const { row, request } = subject;
    if (row.stopped || request) continue;
    isNeeded = true;
    checkWakeUp(ledger, subject, nextAt);
  }
  if (!isNeeded && clock.timers > 0) ledger.report('no timer without a purpose', `at ${nextAt}`);
}

function checkWakeUp(ledger: Ledger, subject: Followed, nextAt: number): void {
  const { policy } = ledger;
  const { key, row, lane } = subject;
  const now = ledger.now();
  const out = [...ledger.requests].filter((request) => request.lane === lane);
  const dueTo = toLatestPlan(row, policy);
  const isOverdue = now > dueTo + tickMs;
  const hasRoom = out.length < toRoom(lane, now, policy).least;
  const pacedUntil = toPacedUntil(lane, policy);
  const isOpen = now > Math.max(lane.parkedUntil.most, pacedUntil) + tickMs;
  if (isOverdue && hasRoom && isOpen) {
    ledger.report('nothing that is due is left lying', `${key} was due by ${dueTo}`);
  }
  if (isOverdue && isRefused(lane, 'least', policy)) {
    ledger.report('what is due in a refused lane is stopped', `${key} was due by ${dueTo}`);
  }
  const [by] = lane.parkedBy;
  if (isOverdue && by !== undefined && lane.parkedBy.length === 1 && now + tickMs < lane.parkedUntil.least) {
    const isSaid = row.conditions.some(({ kind }) => kind === kinds[by]);
    if (!isSaid) ledger.report('a row that has to wait says why', `${key} in ${lane.name}`);
  }
  const latest = Math.max(
    now,
    dueTo,
    lane.parkedUntil.most,
    pacedUntil,
    ...out.map(({ latestEnd }) => latestEnd),
  );
  if (nextAt > latest + tickMs) {
    ledger.report('no wake-up is lost', `${key} has to be read by ${latest}, the timer rings at ${nextAt}`);
  }
}

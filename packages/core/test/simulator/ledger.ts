import {
  type Followed,
  lastLookMs,
  type RequestBook,
  roundingMs,
  tickMs,
  toRejection,
  type Violation,
} from './books.ts';
import type { EventLog } from './event-log.ts';
import {
  createLaneBook,
  enterForgiveness,
  enterLesson,
  enterRequest,
  isRefused,
  type LaneBook,
  type LaneLesson,
  toRoom,
  toTokens,
} from './lane-book.ts';
import {
  type Answer,
  type BookedStatus,
  type BudgetBook,
  createRowBook,
  enterAnswer,
  enterLaneRefusal,
  enterLastLook,
  enterOtherRef,
  enterPush,
  enterRefresh,
  isNearlyDue,
  toLatestPlan,
  toNewsText,
} from './row-book.ts';
import type { RunPolicy } from './run-policy.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What the simulator knows, without ever looking into the core. */
export interface Ledger {
  readonly policy: RunPolicy;
  readonly log: EventLog;
  readonly followed: Map<string, Followed>;
  readonly lanes: Map<string, LaneBook>;
  readonly requests: Set<RequestBook>;
  /** Requests that nobody needs any more; they have to be aborted. */
  readonly dropped: Set<RequestBook>;
  /** Those that were answered in the present event. */
  readonly answered: Set<Followed>;
  /** The lanes that learnt something in the present event, with all that was known of them in its course. */
  readonly lessons: Map<LaneBook, LaneBook[]>;
  /** Lanes whose credentials may have been refused in the present event, and were forgiven. */
  readonly forgiven: Set<LaneBook>;
  /** Unknown words that the tracker has told of, or has to tell of. */
  readonly reportedWords: Set<string>;
  /** Words of which it may tell at another migration, because the one that met them was let go of. */
  readonly openWords: Set<string>;
  readonly violation: Violation | undefined;
  readonly reads: number;
  isClosed: boolean;
  /** When the machine last woke up: what was due before is noticed from then on. */
  wokeAt: number;
  report(invariant: string, details: string): void;
  now(): number;
  /** The wall clock, ISO 8601. */
  at(): string;
  follow(subject: {
    readonly key: string;
    readonly lane: string;
    readonly isBatched: boolean;
    readonly ref: object;
    readonly group: string | undefined;
    readonly isKept: boolean;
  }): Followed;
  regroup(followed: Followed, group: string): void;
  letGo(followed: Followed, code: string): void;
  refresh(followed: Followed): void;
  /** Takes note of the last looks that waits may have wanted by now. */
  lookLast(followed: Followed): void;
  /** News of it came another way. */
  push(followed: Followed, status: BookedStatus): void;
  readdress(followed: Followed, ref: object): void;
  begin(details: {
    readonly keys: readonly string[];
    readonly isBatched: boolean;
    readonly isFull: boolean;
    readonly lane: string;
    readonly signal: AbortSignal | undefined;
  }): RequestBook;
  /** Gives what an answer is worth: false when nobody waits for it any more. */
  answer(request: RequestBook, answers: ReadonlyMap<string, Answer>): boolean;
  giveUp(request: RequestBook): void;
  /** Takes note that a row is stopped, where its lane may have been refused. */
  noteStop(followed: Followed, stopped: 'settled' | 'refused' | undefined): void;
  laneOf(name: string): LaneBook;
  /** The process has ended, and all that it followed with it. */
  forgetProcess(): void;
}

export function createLedger(clock: VirtualClock, policy: RunPolicy, log: EventLog): Ledger {
  const followed = new Map<string, Followed>();
  const lanes = new Map<string, LaneBook>();
  const requests = new Set<RequestBook>();
  const dropped = new Set<RequestBook>();
  const answered = new Set<Followed>();
  const lessons: Ledger['lessons'] = new Map();
  const forgiven = new Set<LaneBook>();
  const reportedWords = new Set<string>();
  const openWords = new Set<string>();
  /** Requests with room left that went out in the present turn of the event loop, by lane and adapter. */
  const unfilled = new Map<string, string>();
  let violation: Violation | undefined;
  let requestCount = 0;
  let reads = 0;

  const now = () => clock.now();
  const at = () => new Date(clock.wallTime()).toISOString();

  function report(invariant: string, details: string): void {
    if (violation) return;
    violation = { invariant, details };
    log.write(`${toTime()} VIOLATION ${invariant}: ${details}`);
  }

  const toTime = () => now().toFixed(3);

  function laneOf(name: string): LaneBook {
    const lane = lanes.get(name) ?? createLaneBook(name, now(), policy);
    lanes.set(name, lane);
    return lane;
  }

  function dropRead(subject: Followed): void {
    const { request } = subject;
    subject.request = undefined;
    leaveParts(subject);
    request?.alive.delete(subject);
    if (request === undefined || request.alive.size > 0 || !requests.delete(request)) return;
    dropped.add(request);
  }

  function leaveParts(subject: Followed): void {
    if (!subject.isParted) return;
    subject.isParted = false;
    const { parts } = subject.lane;
    const place = parts.findIndex(({ keys }) => keys.includes(subject.key));
    const part = parts[place];
    if (part === undefined) return;
    const keys = part.keys.filter((key) => key !== subject.key);
    parts.splice(place, 1, ...(keys.length > 0 ? [{ ...part, keys }] : []));
  }

  function judge(subject: Followed, isAfterNews: boolean): void {
    for (const { waits } of subject.handles) {
      for (const wait of waits) {
        wait.expectation ??= wait.judge(subject, isAfterNews);
      }
    }
    const { status, stopped } = subject.row;
    for (const { streams } of subject.handles) {
      for (const stream of streams) {
        if (stream.hasToEnd) continue;
        if (status && stream.expected.at(-1) !== status.state) stream.expected.push(status.state);
        if (stopped) stream.hasToEnd = true;
      }
    }
  }

  function enter(subject: Followed, answer: Answer, budget: BudgetBook): void {
    subject.request = undefined;
    answered.add(subject);
    expect(subject, enterAnswer(subject.row, answer, { now: now(), at: at() }, policy, budget));
    judge(subject, true);
  }

  function expect(subject: Followed, events: readonly string[]): void {
    const { status } = subject.row;
    for (const text of events) {
      subject.expected.push(text);
      if (!text.startsWith('change') || status?.state !== 'unknown') continue;
      const word = toWord(subject.key, status);
      if (!reportedWords.has(word)) subject.expected.push('anomaly unknown_state');
      reportedWords.add(word);
    }
  }

  function toBudget({ debt }: LaneBook): BudgetBook {
    return {
      isSurelySpent: debt.least >= policy.retryBudget + roundingMs,
      isMaybeSpent: debt.most >= policy.retryBudget - roundingMs,
    };
  }

  function noteStop(subject: Followed, stopped: 'settled' | 'refused' | undefined): void {
    const { row, lane } = subject;
    const isLaneRefused =
      forgiven.has(lane) || toPossible(lane).some((known) => isRefused(known, 'most', policy));
    if (stopped !== 'refused' || row.stopped || !isLaneRefused || subject.request) return;
    if (now() < row.dueFrom - tickMs) return;
    enterLaneRefusal(row, at());
    leaveParts(subject);
    judge(subject, false);
  }

  /** The rows of one adapter and group in a lane that may go out together, or of those that may not. */
  function toSource({ key, group, row }: Followed): string {
    return [key.split('/')[0], group ?? '', row.isAlone ? 'alone' : ''].join(' ');
  }

  function checkBegin(subject: Followed, place: number, size: number, isPart: boolean): void {
    const { key, row } = subject;
    ledger.lookLast(subject);
    if (subject.request) report('one key is never read twice at once', key);
    if (row.stopped) report('no read after the end', `${key} is ${row.stopped}`);
    if (row.isAlone && size > 1) report('a read that spoils a request is repeated by itself', key);
    if (now() >= row.dueFrom - roundingMs) return;
    if (place > 0 && !isPart && isNearlyDue(row, now(), policy)) return;
    report('no read before its time', `${key} is due ${row.dueFrom} to ${row.dueTo}`);
  }

  /** Gives whether a request is a part of one that failed as a whole; those are asked next. */
  function takePart({ parts, name }: LaneBook, keys: readonly string[]): boolean {
    const [part] = parts;
    if (part === undefined) return false;
    if (part.keys.join(' ') === keys.join(' ')) {
      parts.shift();
      return true;
    }
    if (!part.isFresh) {
      report('a spoilt request is asked again in halves', `${name}: ${keys} instead of ${part.keys}`);
    }
    return false;
  }

  /** A source that has rows waiting since before another had its turn comes before that one has its next. */
  function checkTurns(lane: LaneBook, first: Followed, alive: ReadonlySet<Followed>): void {
    const { ledAt, servedAt } = lane.turns;
    const own = toSource(first);
    const turnAt = ledAt.get(own);
    if (turnAt !== undefined) {
      for (const other of followed.values()) {
        if (other.lane !== lane || other.request || other.isParted || other.row.stopped) continue;
        const source = toSource(other);
        const dueAt = toLatestPlan(other.row, policy);
        const waitsSince = Math.max(dueAt, other.joinedAt, ledger.wokeAt) + tickMs;
        if (source === own || waitsSince >= turnAt || (servedAt.get(source) ?? -1) >= turnAt) continue;
        if (alive.has(other)) continue;
        report('groups take turns', `${first.key} goes before ${other.key}, due since ${waitsSince}`);
      }
    }
    ledAt.set(own, now());
    for (const subject of alive) servedAt.set(toSource(subject), now());
  }

  function teach(lane: LaneBook, lesson: LaneLesson): void {
    const known = lessons.get(lane) ?? [{ ...lane }];
    enterLesson(lane, lesson, now(), countRequests(lane), policy);
    known.push({ ...lane });
    lessons.set(lane, known);
  }

  function countRequests(lane: LaneBook): number {
    return [...requests].filter((request) => request.lane === lane).length;
  }

  /** Of several answers at one moment the core may not have heard the last when it acts upon the first. */
  function toPossible(lane: LaneBook): readonly LaneBook[] {
    const known = lessons.get(lane) ?? [];
    return known.length > 2 ? known : [lane];
  }

  function checkLane(lane: LaneBook): void {
    const possible = toPossible(lane);
    const least = Math.min(...possible.map(({ parkedUntil }) => parkedUntil.least));
    if (now() < least - roundingMs) {
      report('no request to a parked lane', `${lane.name} is parked until ${least}`);
    }
    const out = countRequests(lane);
    const room = Math.max(...possible.map((known) => toRoom(known, now(), policy).most));
    if (out >= room) report('the concurrency of a lane is kept', `${lane.name}: ${out} of ${room} are out`);
    if (toTokens(lane, now() + tickMs, policy) < 1 - roundingMs) {
      report('the rate of a lane is kept', `${lane.name}: ${toTokens(lane, now(), policy)} are left`);
    }
    if (possible.every((known) => isRefused(known, 'least', policy))) {
      report('no request with credentials that are refused', lane.name);
    }
  }

  const ledger: Ledger = {
    policy,
    log,
    followed,
    lanes,
    requests,
    dropped,
    answered,
    lessons,
    forgiven,
    reportedWords,
    openWords,
    get violation() {
      return violation;
    },
    get reads() {
      return reads;
    },
    isClosed: false,
    wokeAt: Number.NEGATIVE_INFINITY,
    report,
    now,
    at,
    laneOf,
    noteStop,

    follow({ key, lane: laneName, isBatched, ref, group, isKept }) {
      const lane = laneOf(laneName);
      const subject: Followed = {
        key,
        row: createRowBook(key, laneName, isBatched, now()),
        lane,
        isBatched,
        ref,
        group,
        joinedAt: now(),
        handles: new Set(),
        isKept,
        request: undefined,
        lastLooks: [],
        expected: [],
        shown: undefined,
        active: new Map(),
        isParted: false,
      };
      followed.set(key, subject);
      return subject;
    },

    letGo(subject, code) {
      followed.delete(subject.key);
      if (subject.expected.includes('anomaly unknown_state') && subject.row.status) {
        const word = toWord(subject.key, subject.row.status);
        reportedWords.delete(word);
        openWords.add(word);
      }
      subject.expected.length = 0;
      const { status } = subject.row;
      for (const { waits, streams } of subject.handles) {
        for (const wait of waits) {
          if (wait.settlement === undefined) wait.expectation ??= toRejection(code, status);
        }
        for (const stream of streams) stream.hasToEnd = true;
      }
      dropRead(subject);
    },

    regroup(subject, group) {
      if (subject.group === group) return;
      subject.group = group;
      subject.joinedAt = now();
    },

    refresh(subject) {
      if (subject.request || subject.row.stopped === 'settled') return;
      if (isRefused(subject.lane, 'most', policy)) forgiven.add(subject.lane);
      enterForgiveness(subject.lane, now(), policy);
      enterRefresh(subject.row, now(), policy);
    },

    lookLast(subject) {
      const { row } = subject;
      // It may be a tick early or late, before an answer of that moment or after it. Who slept through it looks when he wakes
      // up, but not after the deadline.
      const toLookAt = (at: number) => Math.max(at, ledger.wokeAt);
      for (const at of subject.lastLooks) {
        const isUseful = toLookAt(at) < at + lastLookMs + roundingMs;
        if (isUseful && at <= now() + tickMs) enterLastLook(row, toLookAt(at), now(), policy);
      }
      subject.lastLooks = subject.lastLooks.filter((at) => now() <= toLookAt(at) + tickMs);
    },

    push(subject, status) {
      dropRead(subject);
      expect(subject, enterPush(subject.row, status, now(), policy));
      judge(subject, true);
    },

    readdress(subject, ref) {
      dropRead(subject);
      subject.ref = ref;
      enterOtherRef(subject.row, now(), policy);
    },

    begin({ keys, isBatched, isFull, lane: laneName, signal }) {
      const lane = laneOf(laneName);
      requestCount += 1;
      reads += keys.length;
      const request: RequestBook = {
        name: `#${requestCount}`,
        lane,
        startedAt: now(),
        size: keys.length,
        signal,
        alive: new Set(),
        latestEnd: now() + policy.readTimeoutMs,
        isOrphan: false,
      };
      log.write(`${toTime()} ask ${request.name} ${laneName} ${keys.join(' ')}`);
      if (signal?.aborted) report('no request that is aborted already', keys.join(' '));
      if (ledger.isClosed) report('no read after close', keys.join(' '));
      const isPart = takePart(lane, keys);
      for (const [place, key] of keys.entries()) {
        const subject = followed.get(key);
        if (subject === undefined) {
          report('no read of what nobody follows', key);
          continue;
        }
        checkBegin(subject, place, keys.length, isPart);
        subject.isParted = false;
        subject.request = request;
        request.alive.add(subject);
      }
      checkLane(lane);
      const [first] = request.alive;
      if (first && !isPart) checkTurns(lane, first, request.alive);
      const canShare = isBatched && !isPart && [...request.alive].every(({ row }) => !row.isAlone);
      const mate = `${laneName} ${keys[0]?.split('/')[0]}`;
      const earlier = unfilled.get(mate);
      if (canShare && earlier !== undefined) {
        report('what is due together is asked together', `${earlier} had room for ${keys.join(' ')}`);
      }
      if (canShare && !isFull) {
        unfilled.set(mate, request.name);
        queueMicrotask(() => unfilled.delete(mate));
      }
      enterRequest(lane, now(), policy);
      requests.add(request);
      return request;
    },

    answer(request, answers) {
      if (!requests.delete(request)) return false;
      const alive = [...request.alive].flatMap((subject) => {
        const answer = answers.get(subject.key);
        return answer ? [{ subject, answer }] : [];
      });
      const budget = toBudget(request.lane);
      teach(request.lane, toLesson(alive.map(({ answer }) => answer)));
      const isSpoilt = request.size > 1 && alive.every(({ answer }) => isContentFailure(answer));
      for (const { subject, answer } of alive) {
        subject.request = undefined;
        answered.add(subject);
        log.write(`${toTime()} answer ${request.name} ${subject.key} ${toAnswerText(answer)}`);
        if (isSpoilt) subject.isParted = true;
        else enter(subject, answer, budget);
        if (isSpoilt) subject.row.dueFrom = Math.min(subject.row.dueFrom, now());
        else if (request.size === 1 && subject.isBatched && isContentFailure(answer))
          subject.row.isAlone = true;
      }
      if (isSpoilt) {
        const keys = alive.map(({ subject }) => subject.key);
        const middle = Math.ceil(keys.length / 2);
        const halves = [keys.slice(0, middle), keys.slice(middle)].filter(({ length }) => length > 0);
        request.lane.parts.push(...halves.map((half) => ({ keys: half, isFresh: true })));
      }
      return true;
    },

    giveUp(request) {
      if (!requests.delete(request)) return;
      log.write(`${toTime()} give up ${request.name}`);
      if (now() < request.startedAt + policy.readTimeoutMs - roundingMs) {
        report('a request that is needed is not aborted', request.name);
      }
      const budget = toBudget(request.lane);
      teach(request.lane, { type: 'transient' });
      for (const subject of request.alive) {
        enter(subject, { type: 'failure', failure: 'transient', code: 'request_timeout' }, budget);
      }
    },

    forgetProcess() {
      for (const request of requests) request.isOrphan = true;
      followed.clear();
      lanes.clear();
      requests.clear();
      dropped.clear();
      reportedWords.clear();
      openWords.clear();
    },
  };
  return ledger;
}

/** An unknown word is told of once per provider. */
export function toWord(key: string, { nativeState }: { readonly nativeState: string }): string {
  return JSON.stringify([key.split('/')[0], nativeState]);
}

function isContentFailure(answer: Answer): boolean {
  return (
    answer.type === 'failure' && ['invalid_request', 'invalid_response', 'forbidden'].includes(answer.failure)
  );
}

/** One refusal speaks for all, and one answer proves that there is no outage. */
function toLesson(answers: readonly Answer[]): LaneLesson {
  const failures = answers.filter((answer) => answer.type === 'failure');
  const throttled = failures.find(({ failure }) => failure === 'throttled');
  if (throttled) return { type: 'throttled', retryAfterMs: throttled.retryAfterMs };
  if (failures.length < answers.length) {
    const limits = answers.map((answer) => (answer.type === 'reading' ? answer.limit : undefined));
    return { type: 'answered', limit: limits.find((limit) => limit !== undefined) };
  }
  if (failures.every(({ failure }) => failure === 'transient')) return { type: 'transient' };
  return { type: failures.every(({ failure }) => failure === 'unauthorized') ? 'unauthorized' : 'answered' };
}

function toAnswerText(answer: Answer): string {
  const wish = answer.retryAfterMs === undefined ? '' : ` retry after ${answer.retryAfterMs}`;
  return answer.type === 'failure'
    ? `${answer.failure} ${answer.code}${wish}`
    : `${toNewsText(answer.status)}${wish}`;
}

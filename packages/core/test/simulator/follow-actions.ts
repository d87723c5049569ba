import { type MigrationStatus, MigrationStatusError, type TrackLabels } from '../../src/index.ts';
import { type Followed, type HandleBook, type StreamBook, toRejection, type WaitBook } from './books.ts';
import {
  type Actions,
  type CallerContext,
  isQuiet,
  isUnwatched,
  log,
  pickFollowed,
  pickHandle,
} from './caller-context.ts';
import type { SimulatedProvider, SimulatedRef } from './provider.ts';
import { type BookedStatus, isSeenBefore } from './row-book.ts';

/** What callers do to have migrations followed, and to let go of them. */
export interface FollowActions extends Actions {
  trackNew(): void;
  trackAgain(): void;
  trackMany(): void;
  release(handle?: HandleBook): void;
  forget(): void;
  push(): void;
  /** Tracks at a tracker that is closed. */
  trackInVain(): void;
}

export function createFollowActions(context: CallerContext): FollowActions {
  const { ledger, process, providers, random } = context;
  const { tracker, handles, released } = process;
  const formerRefs: { readonly provider: SimulatedProvider; readonly ref: SimulatedRef }[] = [];
  const mostFollowed = random.integer(3, 24);
  let handleCount = 0;

  function follow(
    provider: SimulatedProvider,
    ref: SimulatedRef,
    { group }: TrackLabels,
    isKept: boolean,
  ): Followed {
    const key = provider.key(ref);
    const lane = provider.lane(ref);
    const subject = ledger.follow({ key, lane, isBatched: provider.isBatched, ref, group, isKept });
    subject.expected.push('tracked');
    return subject;
  }

  function track(provider: SimulatedProvider, ref: SimulatedRef): void {
    const key = provider.key(ref);
    log(context, `track ${key} ${JSON.stringify(ref)}`);
    const known = ledger.followed.get(key);
    const labels: TrackLabels = random.chance(0.3)
      ? { group: random.pick(['a', 'b']), ...(random.chance(0.5) && { meta: { by: handleCount } }) }
      : {};
    if (known) rename(known, ref, labels);
    const followed = known ?? follow(provider, ref, labels, false);
    const handle = tracker.track(provider.adapter, ref, labels);
    handleCount += 1;
    const name = `h${handleCount}`;
    const waits = new Set<WaitBook>();
    const streams = new Set<StreamBook>();
    const book: HandleBook = { name, followed, handle, waits, streams };
    followed.handles.add(book);
    handles.add(book);
    formerRefs.push({ provider, ref });
  }

  /** What is followed already gets other labels and another ref where they say something else. */
  function rename(known: Followed, ref: SimulatedRef, { group, meta }: TrackLabels): void {
    const isReaddressed = saysMore(ref, known.ref);
    const isRegrouped = group !== undefined && group !== known.group;
    if (isRegrouped) ledger.regroup(known, group);
    if (isReaddressed) ledger.readdress(known, ref);
    if (isReaddressed || isRegrouped || meta !== undefined) known.expected.push('tracked');
  }

  /** One that nobody follows: mostly a stranger, sometimes one that was let go of. */
  function pickNew(): { readonly provider: SimulatedProvider; readonly ref: SimulatedRef } | undefined {
    const stranger = {
      provider: random.pick(providers),
      ref: { id: 'm'.repeat(random.integer(1, 2)) + random.integer(1, 9_999) },
    };
    const isFormer = formerRefs.length > 0 && random.chance(0.3);
    const { provider, ref } = isFormer ? random.pick(formerRefs.slice(-10)) : stranger;
    if (ledger.followed.size >= mostFollowed || ledger.followed.has(provider.key(ref))) return undefined;
    provider.truth(ref);
    return { provider, ref };
  }

  /** Lets go of a migration for all its handles. */
  function letGoOfAll(followed: Followed): void {
    ledger.letGo(followed, 'released');
    process.forgotten.push(followed.key);
    for (const handle of followed.handles) {
      handles.delete(handle);
      released.add(handle);
    }
  }

  /** Sometimes one that is followed already, which is left as it is but for being kept. */
  function pickKnown({ name }: SimulatedProvider): readonly SimulatedRef[] {
    const known = [...ledger.followed.values()].filter(({ key }) => key.startsWith(`${name}/`));
    if (known.length === 0 || random.chance(0.7)) return [];
    const followed = random.pick(known);
    followed.isKept = true;
    return [followed.ref as SimulatedRef];
  }

  return {
    trackNew() {
      const subject = pickNew();
      if (subject) track(subject.provider, subject.ref);
    },

    trackAgain() {
      const followed = pickFollowed(context);
      const provider = providers.find(({ name }) => followed?.key.startsWith(`${name}/`));
      if (!followed || !provider || !isQuiet(followed)) return;
      const ref = followed.ref as SimulatedRef;
      const turn = random.weighted({ same: 3, less: 1, more: 3 });
      if (turn === 'same') track(provider, ref);
      if (turn === 'less') track(provider, { id: ref.id });
      if (turn === 'more') {
        const newer = { id: ref.id, run: (ref.run ?? 0) + 1 };
        provider.truth(newer);
        track(provider, newer);
      }
    },

    trackMany() {
      const subjects = Array.from({ length: random.integer(1, 5) }, pickNew).filter((subject) => !!subject);
      const [first] = subjects;
      if (first === undefined) return;
      const own = subjects.filter(({ provider }) => provider === first.provider);
      const refs = new Map(own.map(({ provider, ref }) => [provider.key(ref), ref]));
      log(context, `track all ${[...refs.keys()].join(' ')}`);
      const groups = new Map([...refs.values()].map((ref) => [ref, random.pick(['a', 'b'])]));
      const isOneGroup = random.chance(0.5);
      const known = pickKnown(first.provider);
      for (const ref of refs.values()) {
        follow(first.provider, ref, { group: isOneGroup ? 'many' : groups.get(ref) }, true);
      }
      const given = [...known, ...refs.values()];
      const labels = isOneGroup
        ? { group: 'many' }
        : (ref: unknown) => ({ group: groups.get(ref as SimulatedRef) ?? 'another' });
      process.busy.push(
        tracker
          .trackAll(first.provider.adapter, random.chance(0.5) ? given : oneByOne(given), labels)
          .then((count) => {
            if (count !== refs.size) ledger.report('what is added is counted', `${count} of ${refs.size}`);
          }),
      );
    },

    release(handle = pickHandle(context)) {
      if (handle === undefined) return;
      const { followed } = handle;
      if (!isQuiet(followed) && !isUnwatched(followed)) return;
      log(context, `release ${handle.name} of ${followed.key}`);
      handles.delete(handle);
      released.add(handle);
      for (const book of handle.waits) {
        if (book.settlement === undefined) book.expectation ??= toRejection('released', followed.row.status);
      }
      for (const stream of handle.streams) stream.hasToEnd = true;
      if (followed.handles.size === 1 && followed.handles.has(handle) && !followed.isKept) {
        letGoOfAll(followed);
      }
      followed.handles.delete(handle);
      if (random.chance(0.5)) handle.handle.release();
      else handle.handle[Symbol.dispose]();
      if (random.chance(0.2)) handle.handle.release();
    },

    forget() {
      if (tracker.forget('nobody/follows this'))
        ledger.report('only what is followed is forgotten', 'a stranger');
      const followed = pickFollowed(context);
      if (followed === undefined || !isQuiet(followed)) return;
      log(context, `forget ${followed.key}`);
      letGoOfAll(followed);
      if (!tracker.forget(followed.key)) ledger.report('what is followed can be forgotten', followed.key);
    },

    push() {
      const followed = pickFollowed(context);
      const provider = providers.find(({ name }) => followed?.key.startsWith(`${name}/`));
      if (!followed || !provider || !isQuiet(followed)) return;
      const isContrary = followed.row.stopped === 'settled' && random.chance(0.5);
      const truth = isContrary ? contrary : provider.truth(followed.ref as SimulatedRef);
      const ageMs = random.chance(0.3) ? random.magnitude(1_000, 1e6) : 0;
      const observedAt = new Date(Date.parse(ledger.at()) - ageMs).toISOString();
      const said: BookedStatus = { ...truth, observedAt };
      const status: MigrationStatus = {
        ...truth,
        ...(truth.state === 'failed' && { issues: [{ severity: 'error', message: 'it was pushed' }] }),
        provider: provider.name,
        key: followed.key,
        ref: followed.ref,
        observedAt,
        native: null,
      };
      log(context, `push ${followed.key} ${truth.state}${ageMs > 0 ? ' from before' : ''}`);
      if (!isSeenBefore(followed.row, said)) ledger.push(followed, said);
      if (!tracker.push(status)) ledger.report('news of what is followed is taken', followed.key);
      if (tracker.push({ ...status, key: 'nobody/follows this' })) {
        ledger.report('news of a stranger is not taken', followed.key);
      }
    },

    trackInVain() {
      try {
        tracker.track(random.pick(providers).adapter, { id: 'late' });
        ledger.report('a closed tracker follows nothing', 'it was tracked');
      } catch (error) {
        const code = MigrationStatusError.isInstance(error) ? error.code : String(error);
        if (code !== 'closed') ledger.report('a closed tracker follows nothing', code);
      }
    },
  };
}

const contrary = { state: 'running', nativeState: 'RUNNING' } as const;

async function* oneByOne<Value>(values: readonly Value[]): AsyncGenerator<Value> {
  yield* values;
}

function saysMore(given: object, known: object): boolean {
  return Object.entries(given).some(([name, value]) => Reflect.get(known, name) !== value);
}

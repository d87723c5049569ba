import type {
  AnomalyEvent,
  ChangeEvent,
  ConditionEvent,
  MigrationRow,
  MigrationStatus,
  SettledEvent,
  StatusSnapshot,
  StatusView,
  Store,
  Tracker,
  TrackerExport,
} from '../../src/index.ts';
import type { Followed, HandleBook } from './books.ts';
import type { Core } from './core.ts';
import { type Ledger, toWord } from './ledger.ts';
import type { SimulatedProvider } from './provider.ts';
import { type BookedStatus, toChangeText } from './row-book.ts';
import type { ProcessClock } from './virtual-clock.ts';

/** One run of an application: a tracker, what listens to it, and who holds on to what. */
export interface SimulatedProcess {
  readonly tracker: Tracker;
  readonly view: StatusView;
  /** The last snapshot of the view that was looked at, and whether the view has told of another. */
  snapshot: StatusSnapshot;
  isViewTold: boolean;
  /** The rows that it was last compared with, as text. */
  viewed: string;
  readonly clock: ProcessClock;
  readonly handles: Set<HandleBook>;
  /** Handles that were let go of, as long as something of theirs has not been seen to end. */
  readonly released: Set<HandleBook>;
  /** The signals that callers have handed in. */
  readonly signals: Set<AbortSignal>;
  /** Done after each event that a listener was told of. */
  react: (key: string) => void;
  /** What the tracker has let go of and has to tell. */
  readonly forgotten: string[];
  /** Calls that take their time without any passing on the clock. */
  readonly busy: Promise<unknown>[];
  /** Errors that listeners have thrown, and errors that were reported. */
  thrown: number;
  reported: number;
  isDead: boolean;
  /** How many rows were looked up. */
  lookUps: number;
  /** What was followed after the last event, in the order of the tracker's rows. */
  order: readonly Followed[];
}

/** Starts a process, and compares all that its tracker tells with the books. */
export function startProcess({
  core,
  clock,
  ledger,
  providers,
  random,
  store,
  resume,
}: {
  readonly core: Core;
  readonly clock: ProcessClock;
  readonly ledger: Ledger;
  readonly providers: readonly SimulatedProvider[];
  readonly random: () => number;
  readonly store: Store;
  readonly resume?: TrackerExport | undefined;
}): SimulatedProcess {
  const tracker = core.createTracker({
    adapters: providers.map(({ adapter }) => adapter),
    policy: ledger.policy,
    clock,
    random,
    store,
    onListenerError() {
      started.reported += 1;
    },
    ...(resume && { resume }),
  });
  const view = core.createStatusView(tracker, { sortBy: ({ group, key }) => [group, key] });
  const started: SimulatedProcess = {
    tracker,
    view,
    snapshot: view.getSnapshot(),
    isViewTold: false,
    viewed: '',
    clock,
    handles: new Set(),
    released: new Set(),
    signals: new Set(),
    react: () => {},
    forgotten: [],
    busy: [],
    thrown: 0,
    reported: 0,
    isDead: false,
    lookUps: 0,
    order: [],
  };

  function told(row: MigrationRow, text: string): void {
    if (started.isDead) return;
    ledger.log.write(`${ledger.now().toFixed(3)} told ${row.key} ${text}`);
    if (ledger.isClosed) ledger.report('nothing is told after close', `${row.key}: ${text}`);
    const followed = ledger.followed.get(row.key);
    if (followed === undefined) {
      ledger.report('nothing is told of what nobody follows', `${row.key}: ${text}`);
      return;
    }
    const due = followed.expected.shift();
    if (due !== text) {
      ledger.report(
        'the events are those that follow from the answers',
        `${row.key}: "${text}" instead of "${due}"`,
      );
    }
    started.react(row.key);
  }

  tracker.on('change', ({ row, previous, transition }: ChangeEvent) => {
    const status = row.status ? toBookedStatus(row.status) : undefined;
    const isConsistent = transition === undefined || transition.to === status?.state;
    if (status === undefined || !isConsistent || transition?.from !== (transition && previous?.state)) {
      ledger.report('a change agrees with its row', `${row.key}: ${JSON.stringify(transition)}`);
      return;
    }
    told(row, toChangeText(previous && toBookedStatus(previous), transition !== undefined, status));
  });
  tracker.on('settled', ({ row }: SettledEvent) => {
    if (row.stopped !== 'settled') ledger.report('what has settled is stopped', row.key);
    told(row, 'settled');
  });
  tracker.on('anomaly', ({ row, kind, message }: AnomalyEvent) => {
    if (!message.startsWith(`${row.key}: `)) ledger.report('an anomaly names its migration', message);
    const word = row.status && toWord(row.key, row.status);
    const isOpen = word !== undefined && ledger.openWords.delete(word);
    const [due] = ledger.followed.get(row.key)?.expected ?? [];
    if (isOpen && due !== `anomaly ${kind}`) ledger.reportedWords.add(word);
    else told(row, `anomaly ${kind}`);
  });
  tracker.on('condition', ({ row, condition, isActive }: ConditionEvent) => {
    if (started.isDead) return;
    const active = ledger.followed.get(row.key)?.active;
    const { kind, since, failure, code, stopsReading } = condition;
    ledger.log.write(
      `${ledger.now().toFixed(3)} told ${row.key} ${isActive ? 'raised' : 'cleared'} ${kind} ${code ?? ''}`,
    );
    if (active === undefined) {
      ledger.report('nothing is told of what nobody follows', `${row.key}: ${kind}`);
    } else if (isActive) {
      active.set(kind, {
        kind,
        since,
        ...(failure && { failure }),
        ...(code && { code }),
        ...(stopsReading && { stopsReading }),
      });
    } else if (!active.delete(kind)) {
      ledger.report('only what was raised is cleared', `${row.key}: ${kind}`);
    }
    started.react(row.key);
  });
  tracker.on('tracked', ({ row }) => told(row, 'tracked'));
  tracker.on('forgotten', ({ row }) => {
    if (started.isDead || ledger.isClosed) return;
    ledger.log.write(`${ledger.now().toFixed(3)} told ${row.key} forgotten`);
    const place = started.forgotten.indexOf(row.key);
    if (place < 0) ledger.report('only what was let go of is forgotten', row.key);
    else started.forgotten.splice(place, 1);
  });
  view.subscribe(() => {
    started.isViewTold = true;
  });
  return started;
}

/** The part of a status that the books hold. */
export function toBookedStatus(status: MigrationStatus): BookedStatus {
  const { state, nativeState, phase, progress, message, observedAt } = status;
  return { state, nativeState, phase, progress, message, observedAt };
}

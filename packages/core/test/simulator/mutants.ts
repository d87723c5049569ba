/** A deliberate fault: what stands exactly once in a file of the core's sources, and what to put in its place. */
export interface Mutant {
  /** What goes wrong, in a few words. */
  readonly name: string;
  /** Below `packages/core/src`. */
  readonly file: string;
  readonly search: string;
  readonly replace: string;
  /** The seed at which it was noticed before, which is tried first. Default 1. */
  readonly seed?: number;
}

type Fault = Omit<Mutant, 'file'>;

const inFile = (file: string, faults: readonly Fault[]): readonly Mutant[] =>
  faults.map((fault) => ({ ...fault, file }));

/** The faults, by the place where the promise is kept that they break. A place that moves takes its faults along. */
export const mutants: readonly Mutant[] = [
  ...inFile('step/last-look.ts', [
    {
      name: 'a last look comes also after a failure',
      search: 'stopped !== undefined || failedReads > 0 ||',
      replace: 'stopped !== undefined ||',
      seed: 76,
    },
  ]),
  ...inFile('step/step.ts', [
    {
      name: 'what has ended is read on',
      search: '  next.dueAt = never;\n  next.conditions = noConditions;',
      replace: '  next.conditions = noConditions;',
    },
    {
      name: 'a failed read takes the status away',
      search: 'failedReads: row.failedReads + 1,',
      replace: 'failedReads: row.failedReads + 1,\n    reading: undefined,',
    },
    {
      name: 'a failed read of another kind does not end a row of refusals',
      search: 'isRefusal ? row.refusedReads + 1 : 0',
      replace: 'isRefusal ? row.refusedReads + 1 : row.refusedReads',
    },
    {
      name: 'one refusal more is needed to stop',
      search: 'failed.refusedReads >= policy.refusedReads',
      replace: 'failed.refusedReads > policy.refusedReads',
      seed: 2,
    },
    {
      name: 'the grace ends by time or by count',
      search: 'missingReads >= policy.notFoundReads &&',
      replace: 'missingReads >= policy.notFoundReads ||',
    },
    {
      name: 'one empty answer replaces a known status',
      search: 'if (!isMissing || isGone || !isKnown(row.reading)) adopt',
      replace: 'if (isMissing || !isMissing) adopt',
      seed: 2,
    },
    {
      name: 'empty answers need not follow each other',
      search: '  else next.missingReads = 0;\n',
      replace: '',
      seed: 8,
    },
    {
      name: 'the grace of a known migration counts from its tracking',
      search: 'isKnown(row.reading) ? now : row.trackedAt',
      replace: 'row.trackedAt',
      seed: 4,
    },
    {
      name: 'an unknown word ends a migration',
      search: '(!isMissing && isTerminalState(event.reading.state))',
      replace: "(!isMissing && (isTerminalState(event.reading.state) || event.reading.state === 'unknown'))",
      seed: 3,
    },
    {
      name: 'silence is evidence of a standstill',
      search: "row.reading?.state === 'running' && row.reading.progress !== undefined",
      replace: "row.reading?.state === 'running'",
    },
    {
      name: 'a standstill is said one read early',
      search: 'row.stillReads < policy.stalledReads',
      replace: 'row.stillReads + 1 < policy.stalledReads',
      seed: 6,
    },
    {
      name: 'who asks in a loop reads in a loop',
      search: 'const soonest = Math.max(now, earliest)',
      replace: 'const soonest = now',
    },
    {
      name: 'who is read again is still said to be stopped',
      search: 'conditions: withoutStop(row.conditions)',
      replace: 'conditions: row.conditions',
    },
    {
      name: 'the memo of the old ref goes on',
      search: 'memo: undefined, progressFrom: 0',
      replace: 'progressFrom: 0',
      seed: 5,
    },
    {
      name: 'the memo of the last reading is not kept',
      search:
        "if ((event.type === 'read' && !isMissing) || event.reading.memo !== undefined)\n    next.memo = event.reading.memo;",
      replace: '',
    },
    {
      name: 'news that was pushed takes the memo away',
      search: "if ((event.type === 'read' && !isMissing) || event.reading.memo !== undefined)\n    next",
      replace: 'next',
    },
    {
      name: 'a change of anything is a transition',
      search: 'transition: from === to.state ? undefined : {',
      replace: 'transition: {',
    },
    {
      name: 'the same news is a change',
      search: '(reading !== undefined && isSameNews(reading, to))',
      replace: 'false',
    },
    {
      name: 'a good read does not end the growing of gaps',
      search: '    next.failedReads = 0;\n',
      replace: '',
    },
    {
      name: 'a new word is not reported',
      search: "if (state !== 'unknown' || nativeState",
      replace: "if (state !== 'running' || nativeState",
    },
    {
      name: 'news of what has ended is not reported',
      search: 'row.reading === undefined || row.reading.state === state',
      replace: 'row.reading !== undefined',
      seed: 2,
    },
    {
      name: 'what was pushed is read again soon',
      search: 'policy.pushedGapMs * (1 + policy.jitterShare * moment.random)',
      replace: '0',
    },
    {
      name: 'outages do not slow the others down',
      search: 'isBudgetSpent ? Number.POSITIVE_INFINITY : row.failedReads',
      replace: 'row.failedReads',
    },
  ]),
  ...inFile('step/repeat.ts', [
    {
      name: 'any news is taken for what was known',
      search: 'reading !== known && !isRepeated(known, reading, row.progressFrom)',
      replace: 'known.state !== reading.state',
    },
    {
      name: 'a standstill of what says the same is not said',
      search: 'if (isLongStill && reading.progress !== undefined) return undefined;',
      replace: '',
    },
  ]),
  ...inFile('step/pace.ts', [
    {
      name: 'the wish of a provider to wait is ignored',
      search: 'Math.max(wanted, floorMs, clamp(minimumMs, 0, longestGapMs))',
      replace: 'Math.max(wanted, floorMs)',
      seed: 2,
    },
    {
      name: 'gaps grow beyond the ceiling',
      search: 'policy.leastAgeShare * ageMs), policy.ceilingMs)',
      replace: 'policy.leastAgeShare * ageMs), longestGapMs)',
    },
    {
      name: 'jitter takes away',
      search: 'gap + jitterShare *',
      replace: 'gap - jitterShare *',
    },
    {
      name: 'gaps after failures do not grow',
      search: 'policy.floorMs * 2 ** clamp(failedReads, 0, 31)',
      replace: 'policy.floorMs',
    },
    {
      name: 'an estimate is believed however young it is',
      search: 'policy.remainderShare * restMs, spedUpMs, mostMs)',
      replace: 'policy.remainderShare * restMs, spedUpMs)',
    },
    {
      name: 'no migration is thought to speed up',
      search: 'policy.remainderShare * restMs, spedUpMs, mostMs)',
      replace: 'policy.remainderShare * restMs, mostMs)',
      seed: 10,
    },
    {
      name: 'a standstill makes the end recede',
      search: 'Math.max(0, firstMs - stillMs) - stillMs',
      replace: 'firstMs',
    },
    {
      name: 'news may be later than a fiftieth',
      search: 'Math.max(wanted, policy.leastAgeShare * ageMs)',
      replace: 'wanted',
      seed: 2,
    },
  ]),
  ...inFile('step/conditions.ts', [
    {
      name: 'a condition that lasts begins anew',
      search: 'since: same?.since ?? at',
      replace: 'since: at',
    },
    {
      name: 'who is throttled still sees a standstill',
      search: "kind === 'throttled' ? [condition] : ",
      replace: '',
      seed: 2,
    },
    {
      name: 'the reason of a wait replaces what a read has said',
      search: 'return isSaid ? conditions : withFailure',
      replace: 'return withFailure',
    },
    {
      name: 'a condition changes its cause without a word',
      search: 'a.kind === b.kind && a.failure === b.failure && a.code === b.code &&',
      replace: 'a.kind === b.kind &&',
    },
    {
      name: 'a good read leaves the failure standing',
      search: 'conditions.every(isStalled) ? conditions : conditions.filter(isStalled)',
      replace: 'conditions',
    },
  ]),
  ...inFile('lane/lane.ts', [
    {
      name: 'a parked lane lets requests go',
      search: "if (now < lane.parkedUntil) return 'parked';",
      replace: '',
    },
    {
      name: 'one request too many is let go',
      search: 'lane.inFlight >= (isProbing',
      replace: 'lane.inFlight > (isProbing',
    },
    {
      name: 'a troubled lane is not probed but flooded',
      search: 'isProbing(lane, now, policy) ? 1 : policy.concurrency',
      replace: 'policy.concurrency',
      seed: 2,
    },
    {
      name: 'a short Retry-After ends a long trouble',
      search: 'if (throttles > 1) return Math.max(retryAfterMs, parkMs);',
      replace: 'if (throttles > 1) return retryAfterMs || parkMs;',
      seed: 40,
    },
    {
      name: 'a long Retry-After does not count in a long trouble',
      search: 'if (throttles > 1) return Math.max(retryAfterMs, parkMs);',
      replace: 'if (throttles > 1) return parkMs;',
      seed: 8,
    },
    {
      name: 'Retry-After is ignored',
      search: 'if (retryAfterMs > 0) return retryAfterMs;',
      replace: '',
      seed: 2,
    },
    {
      name: 'an answer from before the parking ends the trouble',
      search: 'isParked ? leave(lane) : toAnswered(lane, now, policy)',
      replace: 'toAnswered(lane, now, policy)',
      seed: 26,
    },
    {
      name: 'a request that came back still counts',
      search: '  next.inFlight -= 1;\n',
      replace: '',
    },
    {
      name: 'outages never park a lane',
      search: 'if (isParked || outages < policy.breakerAfter)',
      replace: 'if (isParked || outages >= 0)',
    },
    {
      name: 'parkings do not grow',
      search: 'policy.parkFloorMs * 2 ** Math.min(times - 1, 30)',
      replace: 'policy.parkFloorMs',
    },
    {
      name: 'the rate of a lane is not kept',
      search: "return now < pacedUntil(lane, policy) ? 'paced' : 'admitted';",
      replace: "return 'admitted';",
      seed: 2,
    },
    {
      name: 'headers that leave nothing do not park',
      search: 'remaining < 1 ? park',
      replace: 'remaining < 0 ? park',
      seed: 5,
    },
    {
      name: 'refused credentials are tried with every migration',
      search: 'lane.refusals >= refusedReads',
      replace: 'lane.refusals > 1e9',
    },
    {
      name: 'nobody is forgiven',
      search: 'return { ...lane, refusals: refusedReads - 1, parkedUntil };',
      replace: 'return lane;',
      seed: 2,
    },
    {
      name: 'an answer does not end the refusals',
      search: '  next.refusals = 0;\n',
      replace: '',
      seed: 3,
    },
  ]),
  ...inFile('engine/outcomes.ts', [
    {
      name: 'one bad ref costs the others their reads',
      search: 'return events.length > 1 && events',
      replace: 'return events.length > 99 && events',
      seed: 3,
    },
    {
      name: 'one refusal of a right is one of the credentials',
      search: "failures.every(({ failure }) => failure === 'unauthorized')",
      replace: "failures.every(({ failure }) => failure !== 'transient')",
    },
  ]),
  ...inFile('engine/engine.ts', [
    {
      name: 'an answer after the giving up counts',
      search: 'if (!read.isOver) finish(read, answer',
      replace: 'finish(read, answer',
    },
    {
      name: 'nobody opens a lane again',
      search: 'openAt(lane, isToTell ? now : opensAt(lane.state, policy));',
      replace: '',
    },
    {
      name: 'a timer that is too late is not called off',
      search: '    timer?.cancel();\n',
      replace: '',
    },
    {
      name: 'deadlines are early',
      search: 'agenda.add(clock.now() + delayMs, {',
      replace: 'agenda.add(clock.now() + delayMs * 0.99, {',
    },
    {
      name: 'close leaves the timer',
      search: '      requests.abortAll();\n      arm();',
      replace: '      requests.abortAll();',
    },
    {
      name: 'a row that has to wait does not say why',
      search: '    if (isParked) hold(id, source.lane);\n',
      replace: '',
    },
    {
      name: 'a part of a spoilt request does not say why it waits',
      search: 'if (isParked && (isOtherwise || isInParts)) holdParts(lane, now);',
      replace: '',
      seed: 38,
    },
    {
      name: 'a row that waits keeps a reason that is over',
      search: '    noteReason(lane, lane.state.parkedBy);\n',
      replace: '',
      seed: 3,
    },
    {
      name: 'giving up lets requests go before all that is due has joined',
      search: 'if (pumpedLater !== undefined) {',
      replace: 'if (isClosed && pumpedLater) {',
      seed: 122,
    },
    {
      name: 'the read of the old ref goes on',
      search: '      detach(id);\n      rows.setRef(id, ref);',
      replace: '      rows.setRef(id, ref);',
      seed: 4,
    },
    {
      name: 'what was pushed is read on',
      search: "      detach(id);\n      apply(id, { type: 'pushed'",
      replace: "      apply(id, { type: 'pushed'",
      seed: 3,
    },
    {
      name: 'an answer leaves its row under way',
      search: '      rows.setPlace(id, places.nowhere);\n      if (isAlone',
      replace: '      if (isAlone',
    },
    {
      name: 'what was let go of keeps its time',
      search: '        source.planner.remove(id, rows.dueAtOf(id));\n',
      replace: '',
    },
    {
      name: 'a part of a spoilt request is forgotten',
      search: '[left.slice(0, middle), left.slice(middle)]',
      replace: '[left.slice(0, middle)]',
      seed: 3,
    },
    {
      name: 'a bad ref spoils one request after another',
      search: 'if (source.canShare && isWholeFailure(event))',
      replace: 'if (isClosed)',
      seed: 3,
    },
    {
      name: 'a refused lane stops nobody',
      search: "      apply(id, { type: 'refused'",
      replace: "      if (isClosed) apply(id, { type: 'refused'",
    },
  ]),
  ...inFile('engine/requests.ts', [
    {
      name: 'a request that nobody needs goes on',
      search: '        abort(read);\n        return;',
      replace: '        reads.remove(read);\n        read.isOver = true;\n        return;',
      seed: 2,
    },
    {
      name: 'a request that nobody needs keeps its place',
      search: '        lane.state = leave(lane.state);\n',
      replace: '',
      seed: 2,
    },
    {
      name: 'a read that does not come back is waited for',
      search: 'giveUpAt: () => reads.oldest()?.giveUpAt ?? never,',
      replace: 'giveUpAt: () => never,',
    },
    {
      name: 'close leaves requests',
      search: 'read = reads.oldest()) abort(read);',
      replace: 'read = reads.oldest()) reads.remove(read);',
    },
  ]),
  ...inFile('engine/early-rows.ts', [
    {
      name: 'rows go along long before their time',
      search: 'at - now > policy.earlyShare * gap',
      replace: 'at - now > 2 * policy.earlyShare * gap',
      seed: 9,
    },
  ]),
  ...inFile('engine/planner.ts', []),
  ...inFile('engine/grain.ts', [
    {
      name: 'reads far away are rounded too far',
      search: 'const grainsAway = 500;',
      replace: 'const grainsAway = 5;',
    },
    {
      name: 'reads are rounded down',
      search: 'Math.ceil(wantedAt / grain) *',
      replace: 'Math.floor(wantedAt / grain) *',
      seed: 5,
    },
  ]),
  ...inFile('engine/lane-queue.ts', [
    {
      name: 'refs of one adapter are asked of another',
      search: 'source.adapter !== adapter || !source.canShare',
      replace: '!source.canShare',
    },
    {
      name: 'a source that had its turn has the next',
      search: '  leaveTurn(lane, source);\n  if (!isEmpty) giveTurn(lane, source);',
      replace: '  if (isEmpty) leaveTurn(lane, source);',
      seed: 4,
    },
    {
      name: 'requests carry one row',
      search: 'size = adapter.capabilities.maxBatchSize;',
      replace: 'size = 1;',
      seed: 3,
    },
  ]),
  ...inFile('engine/source-table.ts', [
    {
      name: 'a lane forgets when its last row goes',
      search: '      free.push(source.index);',
      replace: '      free.push(source.index);\n      lanes.delete(source.lane.name);',
    },
  ]),
  ...inFile('engine/row-table.ts', [
    {
      name: 'what the adapter noted is not kept',
      search: 'return hasExtras ? extras.get(id)?.memo : undefined;',
      replace: 'return undefined;',
    },
    {
      name: 'times are counted from another beginning',
      search: 'page.stillAfter[at] = row.stillSince - trackedAt;',
      replace: 'page.stillAfter[at] = 0;',
    },
  ]),
  ...inFile('engine/read.ts', [
    {
      name: 'a key that is missing among the answers is a bad answer',
      search: 'result === undefined && !results.has(key) ? missing : result',
      replace: 'result',
      seed: 5,
    },
  ]),
  ...inFile('engine/guard.ts', [
    {
      name: 'what a listener rejects with is not reported',
      search: 'if (isThenable(result)) Promise.resolve(result).catch(reportSafely);',
      replace: '',
      seed: 3,
    },
  ]),
  ...inFile('tracker/tracker.ts', [
    {
      name: 'an unknown word is reported each time',
      search: "if (kind !== 'unknown_state') return true;",
      replace: 'if (kind) return true;',
      seed: 7,
    },
    {
      name: 'what was let go of is read on',
      search: '    engine.remove(id);\n',
      replace: '',
    },
    {
      name: 'a newer ref is ignored',
      search: 'if (isReaddressed) engine.readdress(known, parsed);',
      replace: '',
    },
    {
      name: 'another group is ignored',
      search: 'if (group !== undefined) engine.regroup(known, group);',
      replace: '',
      seed: 2,
    },
    {
      name: 'the end of a condition is not told',
      search:
        "for (const condition of cleared) emit('condition', { row, condition, isActive: false }, entry);",
      replace: '',
    },
    {
      name: 'close leaves waits hanging',
      search: 'for (const end of [...listening]) end(reason);',
      replace: '',
      seed: 5,
    },
    {
      name: 'forgetting leaves waits hanging',
      search: 'for (const end of listening) end(reason);',
      replace: '',
      seed: 3,
    },
    {
      name: 'an end is not told',
      search: "if (isSettling) emit('settled', { row }, entry);",
      replace: '',
    },
    {
      name: 'any release lets go',
      search: 'if (claims > 0) engine',
      replace: 'if (claims > 99) engine',
    },
    {
      name: 'old news is believed',
      search: 'if (at >= engine.observedAtOf(id)) engine',
      replace: 'if (at > 0) engine',
      seed: 2,
    },
    {
      name: 'a transition is not stored',
      search: 'if (transition || isSettling)',
      replace: 'if (isSettling)',
    },
    {
      name: 'what is let go of stays in the store',
      search: "({ type: 'forgotten'",
      replace: "({ type: 'forgotten_'",
    },
  ]),
  ...inFile('tracker/export-engine.ts', [
    {
      name: 'an export holds what the provider said',
      search: 'return withNative ? { ...said, native } : said;',
      replace: 'return { ...said, native };',
    },
    {
      name: 'what has ended is taken up again',
      search: '    stopped: row.stopped,\n',
      replace: '',
    },
    {
      name: 'a parking is not exported',
      search: '    parkedUntil: toWall(Math.ceil(lane.parkedUntil)),\n',
      replace: '',
      seed: 9,
    },
    {
      name: 'refusals are not exported',
      search: '    refusals: lane.refusals || undefined,\n',
      replace: '',
      seed: 21,
    },
    {
      name: 'a memo is not exported',
      search: '    memo: row.memo,\n',
      replace: '',
    },
  ]),
  ...inFile('tracker/resume-engine.ts', [
    {
      name: 'rows are taken up as if they were due',
      search: '(fromWall(exported.dueAt) ?? now)',
      replace: 'now',
    },
    {
      name: 'a lane is taken up open',
      search: 'parkedUntil: fromWall(exported.parkedUntil) ?? fresh.parkedUntil,',
      replace: 'parkedUntil: fresh.parkedUntil,',
    },
  ]),
  ...inFile('tracker/handle.ts', [
    {
      name: 'an iteration outlives its handle',
      search: "signal.addEventListener('abort', end, { once: true });",
      replace: '',
      seed: 3,
    },
    {
      name: 'an iteration of what is stopped does not end',
      search: 'if (entry.row.stopped || signal.aborted) end();',
      replace: '',
      seed: 2,
    },
    {
      name: 'a refresh reads nothing',
      search: 'if (!signal?.aborted && !own.aborted) engine.refresh(entry.id);',
      replace: '',
    },
    {
      name: 'a refresh waits for a good read',
      search: 'news.includes(event.type)',
      replace: "event.type === 'read'",
    },
  ]),
  ...inFile('tracker/await-entry.ts', [
    {
      name: 'a last look comes also after a deadline that was slept through',
      search: 'if (leftMs > 0) before.call();',
      replace: 'before.call();',
      seed: 30,
    },
    {
      name: 'a wait leaves its listener',
      search: "signal?.removeEventListener('abort', onAbort);",
      replace: '',
    },
  ]),
  ...inFile('tracker/wait.ts', [
    {
      name: 'refused access is a wait for ever',
      search: "if (stopped === 'refused') {",
      replace: "if (stopped === 'refused' && conditions.length === 0) {",
    },
    {
      name: 'not known yet is an end',
      search: "const isGrace = reading?.state === 'not_found';",
      replace: 'const isGrace = false;',
      seed: 3,
    },
  ]),
  ...inFile('tracker/row-stream.ts', [
    {
      name: 'a slow reader misses transitions',
      search: 'if (queue.at(-1)?.status?.state === row.status?.state) queue.pop();',
      replace: 'queue.pop();',
      seed: 3,
    },
    {
      name: 'a reader is not woken',
      search: '      news.resolve();\n      news = Promise.withResolvers();',
      replace: '      news = Promise.withResolvers();',
    },
  ]),
  ...inFile('view/status-view.ts', [
    {
      name: 'a view keeps what is let go of',
      search: "    tracker.on('forgotten', forget),\n",
      replace: '',
    },
    {
      name: 'a view tells of nothing',
      search: '    queueMicrotask(tell);\n',
      replace: '',
    },
  ]),
  ...inFile('view/tally.ts', [
    {
      name: 'a view counts what has changed twice',
      search: '      count(set, before, -1);\n',
      replace: '',
    },
  ]),
];

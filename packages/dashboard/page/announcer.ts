import { describeState, toMigrationName } from '@migration-status/core';
import { byId } from './elements.ts';
import type { FeedNews } from './feed.ts';

/** At most one sentence in this time, so that a screen reader can follow. */
const leastGapMs = 4_000;

/** Says aloud which migrations have gone over to another state; never how far they are. */
export function createAnnouncer(): (news: FeedNews) => void {
  const region = byId('announcements', HTMLElement);
  let waiting: string[] = [];
  let isSpeaking = false;

  function speak(): void {
    isSpeaking = waiting.length > 0;
    if (!isSpeaking) return;
    const [first = ''] = waiting;
    region.textContent = waiting.length === 1 ? first : `${first}, and ${waiting.length - 1} more changes`;
    waiting = [];
    setTimeout(speak, leastGapMs);
  }

  return ({ changed, isSnapshot }) => {
    if (isSnapshot) return;
    for (const { before, after } of changed) {
      const { status } = after;
      if (status && status.state !== before?.status?.state)
        waiting.push(`${toMigrationName(after)} is ${describeState(status)}`);
    }
    if (waiting.length === 0 || isSpeaking) return;
    isSpeaking = true;
    setTimeout(speak, 250);
  };
}

import type { ExportedRow, MigrationAdapter, MigrationHandle, Tracker } from '@migration-status/core';
import type { Claim, InboxMessage, Member } from '../store/shard.ts';
import type { ShardStore } from '../store/shard-store.ts';
import type { RowWriter } from './row-writer.ts';
import type { ShardMembers } from './shard-members.ts';

/** What {@link createShardMail} is made of. */
export interface ShardMailOptions {
  readonly store: ShardStore;
  readonly claim: Claim;
  readonly members: ShardMembers;
  readonly tracker: Tracker;
  readonly writer: RowWriter;
  /** Has the row of one written as it is. */
  readonly rewrite: (member: Member) => void;
  readonly forget: (member: Member) => void;
  /** Whether the run has ended, or is about to. */
  readonly isEnding: () => boolean;
  /** Somebody else has the shard. */
  readonly onLost: () => void;
  /** Other rows belong to the shard than those that the run knows. */
  readonly onChanged: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Does what others have asked the holder of a shard to do. */
export interface ShardMail {
  /** Goes through all of the inbox. What has to stay there is seen again the next time. */
  take(): Promise<void>;
}

/** How many messages are read at once. */
const mailSize = 500;

/** How long a wait for a last look lasts: it comes a second before the end. */
const lookForMs = 1_050;

export function createShardMail(options: ShardMailOptions): ShardMail {
  const { store, claim, members, tracker, writer, rewrite, forget, isEnding, onLost, onChanged, onError } =
    options;
  let isWaiting = false;
  let taking: Promise<void> | undefined;

  async function takeAll(): Promise<void> {
    while (isWaiting && !isEnding()) {
      isWaiting = false;
      // Page by page, as any number of messages may have to stay.
      let after: string | undefined;
      do {
        const messages = await store.readInbox(claim, { after, limit: mailSize });
        if (messages.length > 0 && !isEnding()) await takePage(messages);
        after = messages.length === mailSize ? messages.at(-1)?.id : undefined;
      } while (after !== undefined && !isEnding());
    }
  }

  async function takePage(messages: readonly InboxMessage[]): Promise<void> {
    const returning = messages.flatMap(apply);
    if (returning.length > 0 && !(await store.reopen(claim, returning))) return onLost();
    // What a message leads to is recorded before the message goes.
    while (!(await writer.flush())) if (writer.isAtEnd) return;
    if (writer.isAtEnd) return;
    // What has come back is there for the next run, and so are the messages about it.
    if (returning.length > 0) return onChanged();
    if (!(await store.clearInbox(claim, toDone(messages)))) return onLost();
    if (messages.some(({ kind }) => kind === 'reclaim')) await onChanged();
  }

  /** Those that lead to nothing more. */
  function toDone(messages: readonly InboxMessage[]): readonly string[] {
    const held = writer.held();
    return messages
      .filter((message) => !held.has(message.migrationId) && !isForSomebodyElse(message))
      .map(({ id }) => id);
  }

  /** Whether it says what only a worker with another adapter can take in. Whoever waits for a read asks again. */
  function isForSomebodyElse({ kind, migrationId, body }: InboxMessage): boolean {
    if (kind !== 'push' && kind !== 'follow') return false;
    if (!isStranger(migrationId)) return false;
    return kind === 'push' || JSON.parse(body).isNew !== true;
  }

  function isStranger(migrationId: string): boolean {
    return members.strangers.some(({ id }) => id === migrationId);
  }

  /** Gives the ids of migrations that come back into the shard. */
  function apply(message: InboxMessage): readonly string[] {
    try {
      const { kind, key, migrationId } = message;
      const known = members.find(key);
      const member = known?.id === migrationId ? known : undefined;
      const adapter = members.adapterOf(key);
      if (kind === 'follow') return follow(message, member);
      if (member === undefined || adapter === undefined) return [];
      if (kind === 'forget') forget(member);
      if (kind === 'push') tracker.push(JSON.parse(message.body));
      if (kind === 'refresh') read(member, adapter, (handle) => handle.refresh());
      if (kind === 'look')
        read(member, adapter, (handle) => handle.settled({ timeoutMs: lookForMs, until: () => false }));
    } catch (error) {
      onError(error);
    }
    return [];
  }

  /** Does what leads to a read, and has the row written after it, whatever it says. */
  function read(
    member: Member,
    adapter: MigrationAdapter,
    work: (handle: MigrationHandle) => Promise<unknown>,
  ): void {
    const handle = tracker.track(adapter, member.row.ref);
    const note = () => {
      handle.release();
      if (!isEnding() && members.has(member)) rewrite(member);
    };
    work(handle).then(note, note);
  }

  function follow(message: InboxMessage, member: Member | undefined): readonly string[] {
    const { migrationId: id, key, body } = message;
    const { row, isNew }: { readonly row: ExportedRow; readonly isNew: boolean } = JSON.parse(body);
    const labels = row.group === undefined ? {} : { group: row.group };
    const adapter = members.adapterOf(key);
    if (member !== undefined && adapter !== undefined) {
      tracker.track(adapter, row.ref, labels);
      // Whoever asked waits for a row that is later than the one he knew, also when it says the same.
      if (!isNew) rewrite(member);
      return [];
    }
    if (isStranger(id)) return [];
    const mended = members.unreadable.get(id);
    if (!isNew && mended === undefined) return [id];
    const previous = members.find(key);
    if (previous !== undefined) forget(previous);
    const own = members.admit({ id, key, sequence: 0, revision: 0, ...mended, row });
    if (own !== undefined) tracker.track(own, row.ref, labels);
    return [];
  }

  return {
    take() {
      isWaiting = true;
      taking ??= takeAll()
        .catch(onError)
        .finally(() => {
          taking = undefined;
        });
      return taking;
    },
  };
}

import type { ExportedRow, MigrationAdapter } from '@migration-status/core';
import type { ClaimedShard, Member } from '../store/shard.ts';

/** The migrations of a shard that is held: those that are followed here, and those that cannot be. */
export interface ShardMembers {
  /** How many are followed. */
  readonly size: number;
  /** Those that no adapter here can read: they stay as they are, for somebody who can. */
  readonly strangers: readonly Member[];
  /** Those without a row to go on from, by id, until they are tracked anew. */
  readonly unreadable: ReadonlyMap<string, Omit<Member, 'row'>>;
  rows(): ExportedRow[];
  /** One that is followed. */
  find(key: string): Member | undefined;
  /** With what it is read. */
  adapterOf(key: string): MigrationAdapter | undefined;
  /** Whether it is still followed, and not another migration of its key. */
  has(member: Member): boolean;
  /** Takes one in, as a stranger where no adapter is of it, and gives the adapter that it is read with. */
  admit(member: Member): MigrationAdapter | undefined;
  remove(member: Member): void;
}

/** Sorts out whom these adapters can read; each of them reads as its guard does. */
export function createShardMembers(
  shard: ClaimedShard,
  guards: ReadonlyMap<MigrationAdapter, MigrationAdapter>,
): ShardMembers {
  const followed = new Map<string, { readonly member: Member; readonly adapter: MigrationAdapter }>();
  const strangers: Member[] = [];
  const unreadable = new Map(shard.unreadable.map((entry) => [entry.id, entry]));
  for (const member of shard.members) admit(member);

  function admit(member: Member): MigrationAdapter | undefined {
    unreadable.delete(member.id);
    const found = Array.from(guards).find(([adapter]) => isOf(adapter, member.row));
    const adapter = found?.[1];
    if (adapter === undefined) strangers.push(member);
    else followed.set(member.key, { member, adapter });
    return adapter;
  }

  return {
    get size() {
      return followed.size;
    },
    strangers,
    unreadable,
    rows: () => Array.from(followed.values(), ({ member }) => member.row),
    find: (key) => followed.get(key)?.member,
    adapterOf: (key) => followed.get(key)?.adapter,
    has: (member) => followed.get(member.key)?.member === member,
    admit,
    remove: (member) => void followed.delete(member.key),
  };
}

function isOf(
  adapter: MigrationAdapter,
  { provider, key, lane, ref }: Pick<ExportedRow, 'provider' | 'key' | 'lane' | 'ref'>,
): boolean {
  if (adapter.provider !== provider) return false;
  try {
    const parsed = adapter.parseRef(ref);
    return adapter.lane(parsed) === lane && adapter.key(parsed) === key;
  } catch {
    return false;
  }
}

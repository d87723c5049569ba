import { type Agenda, type Appointment, createAgenda } from '../engine/agenda.ts';
import { toIso } from '../model/to-iso.ts';
import type { Condition, ConditionKind } from '../step/row.ts';

/** Since when each kind of condition has been true of the row that has had it for longest; absent where none has it. */
export type OldestConditions = Readonly<Partial<Record<ConditionKind, string>>>;

/** Knows the oldest condition of each kind among many rows. */
export interface OldestConditionsKeeper {
  /** Notes what is true of a row, in the place of what was. */
  put(number: number, conditions: readonly Condition[]): void;
  /** The same object until it says something else. */
  toOldest(): OldestConditions;
}

type Since = Appointment<ConditionKind>;

/** Makes a keeper that knows of no row. Rows without conditions cost nothing. */
export function createOldestConditions(): OldestConditionsKeeper {
  const kinds = new Map<ConditionKind, Agenda<ConditionKind>>();
  const notes = new Map<number, readonly Since[]>();
  let oldest: OldestConditions | undefined = Object.freeze({});

  function note({ kind, since }: Condition): Since {
    const agenda = kinds.get(kind) ?? createAgenda<ConditionKind>();
    kinds.set(kind, agenda);
    return agenda.add(Date.parse(since), kind);
  }

  function toOldest(): OldestConditions {
    const entries = [...kinds].map(([kind, agenda]) => [kind, agenda.nextAt()] as const);
    return Object.freeze(
      Object.fromEntries(
        entries.filter(([, at]) => at !== undefined).map(([kind, at]) => [kind, toIso(at ?? 0)]),
      ),
    );
  }

  return {
    put(number, conditions) {
      const before = notes.get(number);
      if (before === undefined && conditions.length === 0) return;
      for (const since of before ?? []) kinds.get(since.subject)?.remove(since);
      if (conditions.length === 0) notes.delete(number);
      else notes.set(number, conditions.map(note));
      oldest = undefined;
    },
    toOldest() {
      oldest ??= toOldest();
      return oldest;
    },
  };
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Agenda, type Appointment, createAgenda } from '../../src/engine/agenda.ts';

/** An array that is sorted whenever it is asked; what the heap must agree with. */
interface Model {
  now: number;
  readonly waiting: { readonly at: number; readonly subject: number }[];
  readonly appointments: Appointment<number>[];
}

type AgendaCommand = fc.Command<Model, Agenda<number>>;

function expectAgreement(model: Model, agenda: Agenda<number>): void {
  const times = model.waiting.map(({ at }) => at);
  expect({ size: agenda.size(), nextAt: agenda.nextAt() }).toEqual({
    size: times.length,
    nextAt: times.length > 0 ? Math.min(...times) : undefined,
  });
}

function add(at: number): AgendaCommand {
  return {
    check: () => true,
    run(model, agenda) {
      const subject = model.appointments.length;
      model.appointments.push(agenda.add(at, subject));
      model.waiting.push({ at, subject });
      expectAgreement(model, agenda);
    },
    toString: () => `add at ${at}`,
  };
}

/** Removes one that was ever added, so that some are removed twice or after they were taken. */
function remove(choice: number): AgendaCommand {
  return {
    check: (model) => model.appointments.length > 0,
    run(model, agenda) {
      const subject = choice % model.appointments.length;
      const appointment = model.appointments[subject];
      if (appointment) agenda.remove(appointment);
      const index = model.waiting.findIndex((waiting) => waiting.subject === subject);
      if (index >= 0) model.waiting.splice(index, 1);
      expectAgreement(model, agenda);
    },
    toString: () => `remove ${choice}`,
  };
}

function takeDue(delay: number): AgendaCommand {
  return {
    check: () => true,
    run(model, agenda) {
      model.now += delay;
      const due = model.waiting.filter(({ at }) => at <= model.now);
      const taken = agenda.takeDue(model.now);
      if (due.length === 0) {
        expect(taken).toBeUndefined();
        return;
      }
      const index = model.waiting.findIndex(({ subject }) => subject === taken);
      const earliest = Math.min(...due.map(({ at }) => at));
      expect(model.waiting[index]?.at).toBe(earliest);
      model.waiting.splice(index, 1);
      expectAgreement(model, agenda);
    },
    toString: () => `take after ${delay}`,
  };
}

test('an agenda agrees with a sorted array, whatever is added, removed and taken', () => {
  const anyCommand = [
    fc.nat(50).map(add),
    fc.nat(50).map(add),
    fc.nat(1_000).map(remove),
    fc.nat(5).map(takeDue),
  ];
  fc.assert(
    fc.property(fc.commands(anyCommand, { size: 'large' }), (commands) => {
      const setup = () => ({
        model: { now: 0, waiting: [], appointments: [] },
        real: createAgenda<number>(),
      });
      fc.modelRun(setup, commands);
    }),
  );
});

test('an agenda hands out thousands in the order of their times', () => {
  const agenda = createAgenda<number>();
  const times = Array.from({ length: 5_000 }, (_, index) => (index * 7_919) % 5_003);
  for (const at of times) agenda.add(at, at);
  const taken = times.map(() => agenda.takeDue(Number.POSITIVE_INFINITY));
  expect(taken).toEqual(times.toSorted((a, b) => a - b));
});

test('an agenda that was cleared holds nothing, and its appointments can be removed still', () => {
  const agenda = createAgenda<string>();
  const appointment = agenda.add(1, 'before');
  agenda.clear();
  agenda.add(2, 'after');
  agenda.remove(appointment);
  expect([agenda.size(), agenda.takeDue(2), agenda.takeDue(2)]).toEqual([1, 'after', undefined]);
});

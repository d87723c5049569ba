/** Something that is to happen at a time. */
export interface Appointment<Subject> {
  readonly at: number;
  readonly subject: Subject;
  /** Its place in the heap; -1 once it is over or called off. Kept by the agenda. */
  position: number;
}

/** What is to happen when: a binary heap, earliest first; equal times in no particular order. */
export interface Agenda<Subject> {
  size(): number;
  add(at: number, subject: Subject): Appointment<Subject>;
  /** Calls one off; does nothing when it is over. */
  remove(appointment: Appointment<unknown>): void;
  /** The time of the earliest; undefined when there is none. */
  nextAt(): number | undefined;
  /** Takes the earliest out if its time has come. */
  takeDue(now: number): Subject | undefined;
  clear(): void;
}

export function createAgenda<Subject>(): Agenda<Subject> {
  const heap: Appointment<Subject>[] = [];

  function place(appointment: Appointment<Subject>, position: number): void {
    heap[position] = appointment;
    appointment.position = position;
  }

  function siftUp(appointment: Appointment<Subject>, from: number): void {
    let position = from;
    while (position > 0) {
      const parentPosition = (position - 1) >> 1;
      const parent = heap[parentPosition];
      if (parent === undefined || parent.at <= appointment.at) break;
      place(parent, position);
      position = parentPosition;
    }
    place(appointment, position);
  }

  function siftDown(appointment: Appointment<Subject>, from: number): void {
    let position = from;
    for (;;) {
      const left = heap[2 * position + 1];
      const right = heap[2 * position + 2];
      const child = right !== undefined && left !== undefined && right.at < left.at ? right : left;
      if (child === undefined || child.at >= appointment.at) break;
      const childPosition = child.position;
      place(child, position);
      position = childPosition;
    }
    place(appointment, position);
  }

  function remove(appointment: Appointment<unknown>): void {
    const { position } = appointment;
    if (position < 0) return;
    appointment.position = -1;
    const last = heap.pop();
    if (last === undefined || last === appointment) return;
    siftUp(last, position);
    siftDown(last, last.position);
  }

  return {
    size: () => heap.length,
    add(at, subject) {
      const appointment = { at, subject, position: heap.length };
      heap.push(appointment);
      siftUp(appointment, appointment.position);
      return appointment;
    },
    remove,
    nextAt: () => heap[0]?.at,
    takeDue(now) {
      const [first] = heap;
      if (first === undefined || first.at > now) return undefined;
      remove(first);
      return first.subject;
    },
    clear() {
      for (const appointment of heap.splice(0)) appointment.position = -1;
    },
  };
}

/** What a note means for the schedule and for the health. */
interface NoteFacts {
  /** The next try would have the same result, so the type is listed less often. */
  lasts: boolean;
  /** The type is not listed at all, so no sweep of it is expected. */
  isNotAsked: boolean;
  /** The note is not about a failure. */
  isFine: boolean;
}

/** Why a type was not swept or compared as a whole. Any other failure is noted as a text instead. */
export const notes = {
  /** The account does not use it, or this Stripe has no such list. */
  not_available: { lasts: true, isNotAsked: true, isFine: false },
  /** The key may not list it. */
  no_permission: { lasts: true, isNotAsked: false, isFine: false },
  /** It is listed once per parent, and there are too many parents. Naming the type lists it anyway. */
  too_many_parents: { lasts: true, isNotAsked: true, isFine: true },
  /** Stripe refuses to list below some parents, and the mirror has objects below them. */
  parents_refused: { lasts: true, isNotAsked: false, isFine: false },
  /** The process was stopped before the end. */
  stopped: { lasts: false, isNotAsked: false, isFine: true },
} as const satisfies Record<string, NoteFacts>;

export type Note = keyof typeof notes;

/** The facts about a note. For the text of a failure, all of them are false. */
export function factsOfNote(note: string): NoteFacts {
  return Object.hasOwn(notes, note) ? notes[note as Note] : { lasts: false, isNotAsked: false, isFine: false };
}

/** What a note means for the schedule and for the health. */
interface NoteFacts {
  /** It will be the same at the next try: the type is asked for less often. */
  lasts: boolean;
  /** The type is not asked for at all, so it is not expected to be swept. */
  isNotAsked: boolean;
  /** It is no failure. */
  isFine: boolean;
}

/** Why a type was not swept or compared whole. A failure of another kind is noted in words instead. */
export const notes = {
  /** The account does not use it, or this Stripe has no such list. */
  not_available: { lasts: true, isNotAsked: true, isFine: false },
  /** The key may not list it. */
  no_permission: { lasts: true, isNotAsked: false, isFine: false },
  /** It is listed below each of more parents than are asked for unless it is named. */
  too_many_parents: { lasts: true, isNotAsked: true, isFine: true },
  /** Stripe refuses to list below some parents, and the mirror has objects below them. */
  parents_refused: { lasts: true, isNotAsked: false, isFine: false },
  /** It was to end before. */
  stopped: { lasts: false, isNotAsked: false, isFine: true },
} as const satisfies Record<string, NoteFacts>;

export type Note = keyof typeof notes;

/** What a note means; of a failure in words: nothing of this. */
export function factsOfNote(note: string): NoteFacts {
  return Object.hasOwn(notes, note) ? notes[note as Note] : { lasts: false, isNotAsked: false, isFine: false };
}

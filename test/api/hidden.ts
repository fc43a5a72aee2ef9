/** A type that no entry exports. */
export interface Hidden {
  id: string;
}

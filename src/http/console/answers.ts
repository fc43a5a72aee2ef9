import type { AuditEntry } from '../../operate/console/audit.js';
import type { DeadGroup } from '../../operate/console/dead-groups.js';
import type { DriftPage } from '../../operate/console/drift-list.js';
import type { EventView } from '../../operate/console/event-view.js';
import type { HooksPage } from '../../operate/console/hook-list.js';
import type { Job } from '../../operate/console/jobs.js';
import type { ListedType } from '../../operate/console/listing-state.js';
import type { ComparedObject } from '../../operate/console/object-view.js';
import type { RelatedObject } from '../../operate/console/related.js';
import type { Plots, ranges } from '../../operate/console/samples.js';
import type { Role } from '../../operate/console/tokens.js';
import type { ObjectKey } from '../../kernel/source.js';
import type { EventPage } from '../../operate/events.js';
import type { Story } from '../../operate/explain.js';
import type { RefusedReport } from '../../operate/refused.js';
import type { StatusReport } from '../../operate/status.js';
import type { readLiveStatus } from './live.js';

/** A type as JSON has it: a time is text. */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Key in keyof T]: Wire<T[Key]> }
      : T;

/** The JSON of the console's routes, for its page. */
export type StatusJson = Wire<StatusReport>;
export type RefusedJson = Wire<RefusedReport>;
export type LiveJson = Wire<Awaited<ReturnType<typeof readLiveStatus>>>;
export type StoryJson = Wire<Story> & { guesses: ObjectKey[] };
export type ComparedJson = Wire<ComparedObject>;
export type EventsJson = Wire<EventPage>;
export type EventViewJson = Wire<EventView>;
export type DriftJson = Wire<DriftPage>;
export type DeadJson = Wire<DeadGroup[]>;
export type HooksJson = Wire<HooksPage>;
export type JobJson = Wire<Job>;
export interface JobsJson {
  jobs: JobJson[];
  types: Wire<ListedType[]>;
}
export type AuditJson = Wire<AuditEntry[]>;
export type RelatedJson = Wire<RelatedObject[]>;
export type PlotsJson = Plots;
export type PlotRange = keyof typeof ranges;
export interface SettingJson {
  name: string;
  value: unknown;
}
export interface SessionJson {
  name: string;
  role: Role;
  expiresAt: string;
  csrf: string;
}

import type { WaitingMark } from './page-marks.js';
import { pagedListOf, type PagedList } from './paged-list.js';

/** The marks of one type, of one account, that pages may prove. */
export interface Backlog {
  /** The account and the type, as a key. */
  name: string;
  type: string;
  /** One of the marks. It says whose objects they are, and which key reads them. */
  reach: WaitingMark;
  list: PagedList;
  marks: readonly WaitingMark[];
}

/** Groups marks by account and type. Types that no list can prove are left out. */
export function backlogsOf(waiting: readonly WaitingMark[]): Backlog[] {
  const groups = new Map<string, WaitingMark[]>();
  for (const mark of waiting) {
    const name = `${mark.account} ${mark.livemode} ${mark.type}`;
    const marks = groups.get(name);
    if (marks === undefined) groups.set(name, [mark]);
    else marks.push(mark);
  }
  return [...groups].flatMap(([name, marks]) => {
    const [reach] = marks;
    const list = reach && pagedListOf(reach.type);
    return reach === undefined || list === undefined ? [] : [{ name, type: reach.type, reach, list, marks }];
  });
}

import { useSignal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Rows of one chunk of a long table. */
export const CHUNK_ROWS = 50;
/** The height of a row, until the chunk has been on the page. */
const ROW_PX = 37;
/** How far from the visible part a chunk is put onto the page, so that it is there before it is seen. */
const NEAR = '800px 0px';

/**
 * Some rows of a table. Far from the visible part of the page, one empty row of the same height stands for them: a
 * table of thousands of rows then costs as much as one of a hundred. A chunk that has the focus stays.
 *
 * @param props.isShort whether the table is so short that all of it is on the page
 */
export function Chunk(props: { count: number; isShort: boolean; children: () => ComponentChildren }): VNode {
  const body = useRef<HTMLTableSectionElement>(null);
  const isNear = useSignal(false);
  const height = useRef(props.count * ROW_PX);
  useEffect(() => {
    const element = body.current;
    if (element === null || props.isShort) return;
    // `scrollMargin` is for a table that scrolls by itself. A browser without it draws the rows as they become visible.
    const options = { rootMargin: NEAR, scrollMargin: NEAR };
    const observer = new IntersectionObserver((entries) => {
      const last = entries.at(-1);
      if (last === undefined || (!last.isIntersecting && element.contains(document.activeElement))) return;
      if (isNear.value && !last.isIntersecting) height.current = last.boundingClientRect.height;
      isNear.value = last.isIntersecting;
    }, options);
    observer.observe(element);
    return () => observer.disconnect();
  }, [props.isShort]);
  return (
    <tbody ref={body}>
      {props.isShort || isNear.value ? (
        props.children()
      ) : (
        <tr aria-hidden="true" style={{ height: `${height.current}px` }} />
      )}
    </tbody>
  );
}

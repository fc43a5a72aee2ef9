import type { RefObject, VNode } from 'preact';

/** The first thing that Tab reaches: it leads past the navigation. It is seen only while it has the focus. */
export function SkipLink({ to }: { to: RefObject<HTMLElement | null> }): VNode {
  return (
    <a
      class="skip"
      // The part after # is the route, so it stays as it is.
      href={location.hash === '' ? '#/' : location.hash}
      onClick={(event) => {
        event.preventDefault();
        to.current?.focus();
      }}
    >
      Skip to content
    </a>
  );
}

import type { VNode } from 'preact';

/** Our name and mark: two bars, level. */
export function Brand({ name, href }: { name: string; href?: string }): VNode {
  const inside = (
    <>
      <span class="mark" aria-hidden="true">
        <i />
        <i />
      </span>
      {name}
    </>
  );
  return href === undefined ? <span class="brand">{inside}</span> : <a {...{ class: 'brand', href }}>{inside}</a>;
}

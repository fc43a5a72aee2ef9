import type { VNode } from 'preact';

/** The logo and a name. The logo is two bars at the same height, which stands for "in step". */
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

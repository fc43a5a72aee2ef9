import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { href } from '../../shared/route.js';

/** Opens any object by its id. */
export function ObjectSearch(): VNode {
  return (
    <SearchPage
      title="Objects"
      about="Stripe's answer beside your row, what happened to it, and its proof."
      view="objects"
      placeholder="cus_…, sub_…, in_…"
    />
  );
}

/** A page that asks for an id and opens it. */
export function SearchPage(props: { title: string; about: string; view: string; placeholder: string }): VNode {
  const id = useSignal('');
  return (
    <div class="page">
      <header class="head">
        <div class="fill">
          <h1>{props.title}</h1>
          <p class="soft">{props.about}</p>
        </div>
      </header>
      <form
        class="toolbar"
        onSubmit={(event) => {
          event.preventDefault();
          if (id.value.trim() !== '') location.assign(href(props.view, id.value.trim()));
        }}
      >
        <input
          class="input search mono"
          type="search"
          aria-label="ID of an object"
          placeholder={props.placeholder}
          spellcheck={false}
          value={id.value}
          onInput={(event) => (id.value = event.currentTarget.value)}
        />
        <button type="submit" class="button primary">
          Open
        </button>
      </form>
    </div>
  );
}

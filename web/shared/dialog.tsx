import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

/** A modal dialog. Esc and a click outside it call `onClose`, once. At the end, the focus returns to where it was. */
export function Dialog(props: { title: string; onClose: () => void; children: ComponentChildren }): VNode {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const isClosed = useRef(false);
  const close = (): void => {
    if (isClosed.current) return;
    isClosed.current = true;
    props.onClose();
  };
  useEffect(() => {
    const dialog = ref.current;
    const opener = document.activeElement;
    dialog?.showModal();
    return () => {
      isClosed.current = true;
      dialog?.close();
      // The browser does not return the focus when an open dialog is removed from the page.
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class="dialog"
      aria-labelledby={titleId}
      // A browser closes the dialog itself when the cancel event was prevented before.
      onClose={close}
      onCancel={(event) => {
        if (event.target !== ref.current) return; // that of a file field inside
        event.preventDefault();
        close();
      }}
      onKeyDown={(event) => {
        // A search field would only be cleared by the first Esc.
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.preventDefault();
        close();
      }}
      onMouseDown={(event) => {
        if (event.target === ref.current) close();
      }}
    >
      <div class="dialog-body">
        <h2 id={titleId}>{props.title}</h2>
        {props.children}
      </div>
    </dialog>
  );
}

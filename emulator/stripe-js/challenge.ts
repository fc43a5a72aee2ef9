import css from './challenge.css?inline';
import type { Intent } from './intent.js';
import { make, shadow } from './markup.js';

/** Shows the bank's 3-D Secure question in a dialog. Closing it (Esc) counts as `fail`. */
export function challenge(intent: Intent): Promise<'complete' | 'fail'> {
  return new Promise((resolve) => {
    const host = make('div');
    const complete = make('button', { type: 'button', class: 'primary' }, 'Complete');
    const fail = make('button', { type: 'button' }, 'Fail');
    const dialog = make(
      'dialog',
      { 'aria-labelledby': 'title' },
      make('p', { class: 'tag' }, 'Local emulator: no bank is contacted'),
      make('h2', { id: 'title' }, '3-D Secure'),
      make(
        'p',
        {},
        intent.object === 'payment_intent'
          ? 'The customer’s bank would ask for approval of the payment here. Choose the outcome.'
          : 'The customer’s bank would ask for approval to save the card here. Choose the outcome.',
      ),
      make('div', { class: 'foot' }, fail, complete),
    );
    const done = (outcome: 'complete' | 'fail'): void => {
      dialog.close();
      host.remove();
      resolve(outcome);
    };
    complete.addEventListener('click', () => done('complete'));
    fail.addEventListener('click', () => done('fail'));
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      done('fail');
    });
    shadow(host, css).append(dialog);
    document.body.append(host);
    dialog.showModal();
    complete.focus();
  });
}

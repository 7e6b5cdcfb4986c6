/**
 * Without a network nothing is sent: the browser would put its own page in place of the form, with all
 * that was typed. `[data-offline]` says so until the network is back.
 */
import { staysHere } from './once.js';

export function startOffline() {
  const told = /** @type {HTMLElement | null} */ (document.querySelector('[data-offline]'));
  // On the way down: before any listener takes the form for sent.
  window.addEventListener(
    'submit',
    (event) => {
      const form = event.target;
      if (navigator.onLine || !(form instanceof HTMLFormElement) || staysHere(form, event.submitter)) {
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      if (told) {
        told.setAttribute('role', 'alert');
        told.hidden = false;
      }
    },
    true,
  );
  window.addEventListener('online', () => {
    if (told) {
      told.hidden = true;
    }
  });
}

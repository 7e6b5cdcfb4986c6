/** `<form data-guard>`: leaving asks while there are changes, or `data-unsaved` values, neither submitted nor saved as a draft. */
import { all, fingerprint } from './page.js';

/** @param {HTMLFormElement} form */
function guard(form) {
  let touched = form.hasAttribute('data-unsaved');
  let safe = touched ? '' : fingerprint(form);
  let submitting = false;

  form.addEventListener('input', () => { touched = true; });
  form.addEventListener('draft-saved', (event) => {
    safe = /** @type {CustomEvent<string>} */ (event).detail;
  });
  form.addEventListener('submit', (event) => {
    submitting = !event.defaultPrevented;
  });
  window.addEventListener('pageshow', () => {
    // By now the browser has given back what was typed, and sent, before this page was left.
    if (submitting || !touched) {
      safe = fingerprint(form);
    }
    submitting = false;
  });
  window.addEventListener('beforeunload', (event) => {
    if (!submitting && fingerprint(form) !== safe) {
      event.preventDefault();
      event.returnValue = ''; // what Chrome before 119 asks for
    }
  });
}

export function startGuards() {
  all('form[data-guard]').forEach((form) => guard(/** @type {HTMLFormElement} */ (form)));
}

/** `<form data-guard>`: leaving asks while there are changes, or `data-unsaved` values, neither submitted nor saved as a draft. */
import { Kept } from '../logic/draft.js';
import { all, fingerprint } from './page.js';

/** @param {HTMLFormElement} form */
function guard(form) {
  const kept = new Kept(fingerprint(form), form.hasAttribute('data-unsaved'));

  form.addEventListener('input', () => kept.touch());
  form.addEventListener('draft-saved', (event) => {
    kept.safe = /** @type {CustomEvent<string>} */ (event).detail;
  });
  form.addEventListener('submit', (event) => {
    kept.submitted = !event.defaultPrevented;
  });
  window.addEventListener('pageshow', () => kept.shown(fingerprint(form)));
  window.addEventListener('beforeunload', (event) => {
    if (kept.isLost(fingerprint(form))) {
      event.preventDefault();
      event.returnValue = ''; // what Chrome before 119 asks for
    }
  });
}

export function startGuards() {
  all('form[data-guard]').forEach((form) => guard(/** @type {HTMLFormElement} */ (form)));
}

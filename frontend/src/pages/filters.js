/**
 * `<form data-auto-submit>` is sent when a choice is made. With the keyboard, where every arrow key is a choice,
 * it waits until the field is left or Enter is pressed.
 */
import { all } from './page.js';

/** @param {HTMLFormElement} form */
function sendOnChoice(form) {
  let byKey = false;
  let waiting = false;

  const send = () => {
    waiting = false;
    form.requestSubmit();
  };
  form.addEventListener('keydown', (event) => {
    byKey = true;
    if (waiting && event.key === 'Enter') {
      event.preventDefault();
      send();
    }
  });
  form.addEventListener('pointerdown', () => { byKey = false; });
  form.addEventListener('change', (event) => {
    const choice = event.target instanceof Element && event.target.matches('select, [type="checkbox"], [type="radio"]');
    if (choice && byKey) {
      waiting = true;
    } else if (choice) {
      send();
    }
  });
  form.addEventListener('focusout', () => {
    if (waiting) {
      send();
    }
  });
}

export function startFilters() {
  all('form[data-auto-submit]').forEach((form) => sendOnChoice(/** @type {HTMLFormElement} */ (form)));
}

/**
 * What was wrong with a field is said until the field is changed: `#problem-KEY` under it, and its line in the summary.
 * The server checks everything again when the form is sent.
 */
import { all } from './page.js';

/** Whether a button of the mouse, or a finger, is down. */
let pressed = false;

/** @param {HTMLElement} field */
function forget(field) {
  const key = field.dataset.field ?? '';
  const said = document.getElementById(`problem-${key}`);
  if (!said) {
    return;
  }
  said.remove();
  for (const control of field.querySelectorAll('[aria-invalid]')) {
    control.removeAttribute('aria-invalid');
  }
  for (const control of field.querySelectorAll(`[aria-describedby="problem-${key}"]`)) {
    control.removeAttribute('aria-describedby');
  }
  const line = document.querySelector(`.summary a[href="#field-${key}"]`)?.closest('li');
  const summary = line?.closest('.summary');
  line?.remove();
  if (summary && !summary.querySelector('li')) {
    (summary.closest('.sect') ?? summary).remove();
  }
}

/**
 * The sentence goes when the press that left the field has ended: the page would jump beneath the pointer, and whoever
 * meant a button would miss it.
 *
 * @param {() => void} act
 */
function afterThePress(act) {
  if (!pressed) {
    act();
    return;
  }
  const soon = () => {
    document.removeEventListener('pointerup', soon, true);
    document.removeEventListener('pointercancel', soon, true);
    window.setTimeout(act); // the click comes between
  };
  document.addEventListener('pointerup', soon, true);
  document.addEventListener('pointercancel', soon, true);
}

export function startProblems() {
  document.addEventListener('pointerdown', () => (pressed = true), true);
  document.addEventListener('pointerup', () => (pressed = false), true);
  document.addEventListener('pointercancel', () => (pressed = false), true);
  all('form').forEach((form) =>
    form.addEventListener('change', (event) => {
      const field = event.target instanceof Element ? event.target.closest('[data-field]') : null;
      if (field instanceof HTMLElement) {
        afterThePress(() => forget(field));
      }
    }),
  );
}

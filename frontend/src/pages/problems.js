/**
 * What was wrong with a field is said until the field is changed: `#problem-KEY` under it, and its line in the summary.
 * The server checks everything again when the form is sent.
 */
import { all } from './page.js';

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

export function startProblems() {
  all('form').forEach((form) =>
    form.addEventListener('change', (event) => {
      const field = event.target instanceof Element ? event.target.closest('[data-field]') : null;
      if (field instanceof HTMLElement) {
        forget(field);
      }
    }),
  );
}

/**
 * The button that hands a form in says what it does (提交：需补正), names beside it what is still missing, and waits for a
 * file that is still on its way. `Ctrl Enter` is the button, `Ctrl Shift Enter` the one beside it that goes on to the next
 * task (`data-submit-onward`), but not from another form's fields, nor under a paper that covers the form. The server checks
 * everything again.
 */
import { submitText } from '../logic/conditions.js';
import { fill } from '../logic/text.js';
import { all, debounce, isTyping } from './page.js';

const NAMED = 3;

/** @param {HTMLFormElement} form */
function chosen(form) {
  const answer = form.querySelector('[data-field]:not([hidden]) input[type="radio"][name$="_outcome"]:checked');
  return answer?.closest('label')?.querySelector('b')?.textContent?.trim() ?? '';
}

/** @param {Element} field */
function isMissing(field) {
  if (field.closest('[hidden]')) {
    return false;
  }
  const control = field.querySelector('[aria-required="true"]');
  if (control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement || control instanceof HTMLSelectElement) {
    return control.value.trim() === '';
  }
  return field.querySelector('legend.req') !== null && field.querySelector('input:checked') === null;
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement} place
 */
function nameMissing(form, place) {
  const missing = [...form.querySelectorAll('[data-field]')].filter(isMissing);
  place.hidden = missing.length === 0;
  place.replaceChildren();
  if (missing.length === 0) {
    return;
  }
  place.append(fill(place.dataset.lacks ?? '', { n: missing.length }));
  for (const field of missing.slice(0, NAMED)) {
    const link = document.createElement('a');
    link.href = `#field-${/** @type {HTMLElement} */ (field).dataset.field}`;
    link.textContent = field.querySelector('.label')?.textContent?.trim() ?? '';
    place.append(link);
  }
}

/**
 * Whether what is pressed there is meant for this form: whoever writes a comment, or reads a paper over it, is not about to
 * hand it in.
 *
 * @param {HTMLFormElement} form
 * @param {KeyboardEvent} event
 */
function isMeant(form, { target, defaultPrevented, isComposing }) {
  if (defaultPrevented || isComposing || document.querySelector('[aria-modal="true"]')) {
    return false;
  }
  // First by the control: it may belong to a form in which it does not stand.
  const own = /** @type {{ form?: HTMLFormElement | null }} */ (target).form ?? null;
  const owner = own ?? (target instanceof Element ? target.closest('form') : null);
  return owner === form || (owner === null && !isTyping(target));
}

/** @param {HTMLButtonElement} button */
function keep(button) {
  const form = button.form;
  if (!form) {
    return;
  }
  const plain = button.textContent ?? '';
  const place = form.querySelector('[data-lacks]');
  const onward = /** @type {HTMLButtonElement | null} */ (form.querySelector('[data-submit-onward]'));
  const uploads = all('form[data-upload]');

  const show = () => {
    const waiting = uploads.some((upload) => upload.hasAttribute('data-busy'));
    const choice = chosen(form);
    button.disabled = waiting;
    if (onward) {
      onward.disabled = waiting;
    }
    button.textContent = submitText({ plain, waiting: button.dataset.waiting, says: button.dataset.says }, waiting, choice);
    if (place instanceof HTMLElement) {
      nameMissing(form, place);
    }
  };
  const later = debounce(show, 100);
  form.addEventListener('input', later);
  form.addEventListener('change', later);
  new MutationObserver(later).observe(form, { subtree: true, attributeFilter: ['hidden'] });
  uploads.forEach((upload) => new MutationObserver(show).observe(upload, { attributeFilter: ['data-busy'] }));
  form.addEventListener('submit', (event) => {
    if (uploads.some((upload) => upload.hasAttribute('data-busy'))) {
      event.preventDefault();
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !button.disabled && isMeant(form, event)) {
      event.preventDefault();
      form.requestSubmit(event.shiftKey && onward ? onward : button);
    }
  });
  show();
}

export function startSubmits() {
  all('button[data-submit]').forEach((button) => keep(/** @type {HTMLButtonElement} */ (button)));
}

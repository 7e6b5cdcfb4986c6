/**
 * A form that changes something is sent once, however often its button is clicked. Coming back to the
 * page makes it sendable again. Not for answers that leave the page where it is: another window, or
 * `data-again` for a download.
 */
const SUBMITS = 'button:not([type]), button[type="submit"], input[type="submit"], input[type="image"]';

/** @type {Map<HTMLFormElement, HTMLButtonElement[]>} */
const sent = new Map();

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} button
 */
export function staysHere(form, button) {
  // By attribute: a field called "method" would hide the form's own property.
  const method = button?.getAttribute('formmethod') ?? form.getAttribute('method') ?? 'get';
  const target = button?.getAttribute('formtarget') ?? form.getAttribute('target') ?? '';
  return method.toLowerCase() !== 'post' || (target !== '' && target !== '_self') || form.hasAttribute('data-again');
}

/** @param {HTMLFormElement} form */
function submitsOf(form) {
  const id = form.getAttribute('id');
  const outside = id ? [...document.querySelectorAll(`[form="${CSS.escape(id)}"]`)] : [];
  const found = [...form.querySelectorAll(SUBMITS), ...outside.filter((element) => element.matches(SUBMITS))];
  return /** @type {HTMLButtonElement[]} */ (found).filter((button) => !button.disabled);
}

/** @param {SubmitEvent} event */
function send(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || event.defaultPrevented || staysHere(form, event.submitter)) {
    return;
  }
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  const buttons = submitsOf(form);
  sent.set(form, buttons);
  form.setAttribute('aria-busy', 'true');
  // Later, because a disabled button would not send its name and value.
  window.setTimeout(() => {
    if (sent.has(form)) {
      buttons.forEach((button) => { button.disabled = true; });
    }
  });
}

function release() {
  for (const [form, buttons] of sent) {
    form.removeAttribute('aria-busy');
    buttons.forEach((button) => { button.disabled = false; });
  }
  sent.clear();
}

export function startOnce() {
  // On window: after every listener of the form itself.
  window.addEventListener('submit', send);
  window.addEventListener('pageshow', release);
}

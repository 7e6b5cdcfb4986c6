/**
 * `<form data-live="URL">` asks the server after each change which fields are shown, what to warn of,
 * what a field that nobody has filled in takes over from the others, which papers the values lead to, and for parts of
 * the page that follow from the values, such as the strip of days.
 *
 * @typedef {{ shown?: string[], warnings?: Record<string, string>, follows?: Record<string, string>, papers?: string[],
 *   fragments?: Record<string, string>, tags?: Record<string, string>, lastDays?: Record<string, string>,
 *   remedies?: Record<string, { value: string, label: string }> }} Answer
 */
import { describedBy, groupIsHidden, takesOver } from '../logic/conditions.js';
import { all, debounce, post, values } from './page.js';

const PAUSE = 250;

/** Controls that this module has disabled, as opposed to those that the server has. */
const held = new WeakSet();

/**
 * A hidden field keeps its value but does not send it.
 *
 * @param {HTMLElement} field
 * @param {boolean} shown
 */
function show(field, shown) {
  field.hidden = !shown;
  for (const control of /** @type {NodeListOf<HTMLInputElement>} */ (
    field.querySelectorAll('input, select, textarea, button')
  )) {
    if (shown && held.has(control)) {
      held.delete(control);
      control.disabled = false;
    } else if (!shown && !control.disabled) {
      held.add(control);
      control.disabled = true;
    }
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {string[]} shown
 */
function showFields(form, shown) {
  const keys = new Set(shown);
  for (const field of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll('[data-field]'))) {
    show(field, keys.has(field.dataset.field ?? ''));
  }
  for (const group of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll('[data-group]'))) {
    const fields = /** @type {HTMLElement[]} */ ([...group.querySelectorAll('[data-field]')]);
    group.hidden = groupIsHidden(fields.map((field) => Boolean(field.hidden)));
  }
}

/**
 * @param {HTMLElement} control
 * @param {string} id
 * @param {boolean} described
 */
function describe(control, id, described) {
  const ids = describedBy(control.getAttribute('aria-describedby') ?? '', id, described);
  if (ids) {
    control.setAttribute('aria-describedby', ids);
  } else {
    control.removeAttribute('aria-describedby');
  }
}

/** @param {string} id */
function makeWarning(id) {
  const warning = document.createElement('p');
  warning.id = id;
  warning.className = 'problem problem--warn';
  warning.setAttribute('role', 'status');
  warning.innerHTML = '<svg class="i" viewBox="0 0 16 16" aria-hidden="true"><use href="#i-warn"/></svg><span></span>';
  return warning;
}

/**
 * @param {HTMLFormElement} form
 * @param {Record<string, string>} warnings
 */
function warn(form, warnings) {
  for (const field of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll('[data-field]'))) {
    const key = field.dataset.field ?? '';
    const id = `warn-${key}`;
    const control = /** @type {HTMLElement | null} */ (field.querySelector('input, select, textarea'));
    const said = document.getElementById(id);
    const sentence = warnings[key];
    if (sentence) {
      const warning = said ?? field.appendChild(makeWarning(id));
      const text = warning.querySelector('span') ?? warning;
      if (text.textContent !== sentence) {
        text.textContent = sentence;
      }
    } else {
      said?.remove();
    }
    if (control) {
      describe(control, id, Boolean(sentence));
    }
  }
}

/** @param {string[]} coming */
function showPapers(coming) {
  for (const paper of /** @type {HTMLElement[]} */ (all('[data-paper]'))) {
    paper.hidden = !coming.includes(paper.dataset.paper ?? '');
  }
}

/**
 * What somebody has typed stays, and a field that is being typed in is left alone.
 *
 * @param {HTMLFormElement} form
 * @param {Record<string, string>} follows
 */
function takeOver(form, follows) {
  for (const [key, value] of Object.entries(follows)) {
    const control = form.elements.namedItem(key);
    const takes = [HTMLInputElement, HTMLTextAreaElement, HTMLSelectElement].some((kind) => control instanceof kind);
    if (!takes || control === document.activeElement) {
      continue;
    }
    put(/** @type {Control} */ (control), value);
  }
}

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Control */

/**
 * @param {Control} control
 * @param {string} value
 */
function put(control, value) {
  if (takesOver(control.value, control.dataset.followed, value)) {
    const before = control.value;
    control.value = value;
    control.dataset.followed = control.value; // a list that does not hold it is empty now
    if (control.value !== before) {
      control.dispatchEvent(new Event('input', { bubbles: true })); // it is a change like any other
    }
  }
}

/**
 * Where a value is from stands beside its name, the last possible day under its field, and one click mends what is warned of.
 *
 * @param {HTMLFormElement} form
 * @param {Answer} answer
 */
function showBeside(form, { tags = {}, lastDays = {}, remedies = {} }) {
  for (const tag of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll('[data-tag-for]'))) {
    const words = tags[tag.dataset.tagFor ?? ''] ?? '';
    tag.hidden = !words;
    /** @type {HTMLElement} */ (tag.querySelector('span')).textContent = words;
  }
  for (const last of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll('[data-last-for]'))) {
    const day = lastDays[last.dataset.lastFor ?? ''] ?? '';
    last.hidden = !day;
    /** @type {HTMLElement} */ (last.querySelector('b')).textContent = day;
  }
  for (const field of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll('[data-field]'))) {
    const key = field.dataset.field ?? '';
    const remedy = remedies[key];
    let place = /** @type {HTMLElement | null} */ (field.querySelector('[data-remedy-for]'));
    if (!remedy) {
      place?.remove();
      continue;
    }
    if (!place) {
      place = document.createElement('p');
      place.className = 'remedy';
      place.dataset.remedyFor = key;
      place.innerHTML = '<button class="btn btn--s" type="button"></button>';
    }
    field.append(place); // under the warning
    const button = /** @type {HTMLButtonElement} */ (place.querySelector('button'));
    button.dataset.remedy = key;
    button.dataset.value = remedy.value;
    button.textContent = remedy.label;
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {Event} event
 */
function mend(form, event) {
  const button = event.target instanceof Element ? event.target.closest('[data-remedy]') : null;
  const control = button instanceof HTMLElement ? form.elements.namedItem(button.dataset.remedy ?? '') : null;
  if (!(button instanceof HTMLElement) || !(control instanceof HTMLSelectElement || control instanceof HTMLInputElement)) {
    return;
  }
  event.preventDefault();
  control.value = button.dataset.value ?? '';
  control.dataset.followed = control.value;
  control.focus();
  control.dispatchEvent(new Event('input', { bubbles: true }));
  control.dispatchEvent(new Event('change', { bubbles: true }));
}

/** @param {HTMLFormElement} form */
function keepLive(form) {
  /** @type {AbortController | undefined} */
  let asking;

  const ask = async () => {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    try {
      const answer = await post(form.dataset.live ?? '', values(form), { signal: mine.signal });
      if (!answer.ok) {
        return; // The server checks everything again when the form is sent.
      }
      const told = /** @type {Answer} */ (await answer.json());
      const { shown, warnings, follows, papers, fragments } = told;
      if (mine.signal.aborted) {
        return;
      }
      if (shown) {
        showFields(form, shown);
      }
      warn(form, warnings ?? {});
      if (papers) {
        showPapers(papers);
      }
      showBeside(form, told);
      takeOver(form, follows ?? {});
      for (const [id, html] of Object.entries(fragments ?? {})) {
        const place = document.getElementById(id);
        if (place && place.innerHTML !== html) {
          place.innerHTML = html;
        }
      }
    } catch (problem) {
      if (!mine.signal.aborted) {
        console.warn(problem);
      }
    }
  };
  const later = debounce(ask, PAUSE);

  // What the server has hidden and disabled belongs to the rules, too.
  for (const field of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll('[data-field][hidden]'))) {
    for (const control of field.querySelectorAll(':disabled')) {
      held.add(control);
    }
    show(field, false);
  }
  form.addEventListener('click', (event) => mend(form, event));
  form.addEventListener('input', later);
  form.addEventListener('change', later);
  form.addEventListener('submit', () => {
    later.cancel();
    asking?.abort();
  });
}

export function startLiveForms() {
  all('form[data-live]').forEach((form) => keepLive(/** @type {HTMLFormElement} */ (form)));
}

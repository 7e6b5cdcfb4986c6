/**
 * `[data-ticks=URL]`: what is ticked as read is kept at once, for this reader alone, and counted in `[data-checked-count]`;
 * what is not ticked yet stands beside the button (`[data-unchecked]`), which it never holds up.
 * `x` ticks the paper that lies open and opens the next that is not ticked, or takes the tick off; one that is not in sight
 * it shows. Another window's ticks are there when this one is come back to. Without a script the ticks are sent with the form.
 */
import { meaning } from '../logic/answers.js';
import { nextUnticked } from '../logic/reading.js';
import { fill } from '../logic/text.js';
import { isKey } from './keyboard.js';
import { all, post } from './page.js';
import { bringBack, isInSight, listed, open, openPaper, whenOpened } from './reader.js';

/** How often something was ticked here, and how much of that is still on its way. */
let changes = 0;
let pending = 0;
/** What became of a tick that was not saved, until it is set anew: another tick does not hide it. @type {Map<HTMLInputElement, string>} */
const faults = new Map();

/** @returns {HTMLInputElement[]} */
function boxes() {
  return /** @type {HTMLInputElement[]} */ (all('[data-tick]'));
}

/** @param {Element | null | undefined} link @returns {HTMLInputElement | null} */
function boxOf(link) {
  return link?.closest('[data-read-row]')?.querySelector('[data-tick]') ?? null;
}

/** The same tick, at the open paper. @returns {HTMLInputElement | null} */
function inPane() {
  return document.querySelector('[data-reader-tick] input');
}

function count() {
  const found = boxes();
  const place = /** @type {HTMLElement | null} */ (document.querySelector('[data-checked-count]'));
  if (place) {
    const done = found.filter((box) => box.checked).length;
    const fault = [...faults.values()].pop();
    place.textContent = fault ?? fill(place.dataset.checkedCount ?? '', { n: done, of: found.length });
    place.classList.toggle('is-off', fault !== undefined);
  }
  const rest = /** @type {HTMLElement | null} */ (document.querySelector('[data-unchecked]'));
  if (rest) {
    const left = found.filter((box) => !box.checked).length;
    rest.textContent = fill(rest.dataset.unchecked ?? '', { n: left });
    rest.hidden = left === 0;
  }
  const marks = document.querySelectorAll('[data-meter] i');
  found.forEach((box, index) => marks[index]?.classList.toggle('on', box.checked));
  mirror();
}

function mirror() {
  const own = inPane();
  const box = boxOf(openPaper());
  if (own) {
    own.checked = box?.checked ?? false;
    /** @type {HTMLElement} */ (own.closest('[data-reader-tick]')).hidden = box === null;
  }
}

/**
 * The box stands as it stood before, and says why.
 *
 * @param {HTMLInputElement} box
 * @param {import('../logic/answers.js').Meaning} what
 * @param {string} [message]
 */
function undo(box, what, message = '') {
  const place = /** @type {HTMLElement | null} */ (document.querySelector('[data-checked-count]'));
  box.checked = !box.checked;
  faults.set(box, fill(place?.dataset[what] ?? '', { message }));
  count();
}

/**
 * @param {string} url
 * @param {HTMLInputElement} box
 */
async function keep(url, box) {
  const wanted = box.checked;
  faults.delete(box);
  count();
  changes += 1;
  pending += 1;
  try {
    const told = new URLSearchParams({ paper: box.value, checked: String(wanted) });
    const answer = await post(url, told, { keepalive: true });
    if (answer.ok) {
      return;
    }
    const said = await answer.json().catch(() => null);
    if (box.checked === wanted) {
      undo(box, meaning(answer, said), said?.message);
    }
  } catch {
    if (box.checked === wanted) {
      undo(box, 'failed');
    }
  } finally {
    pending -= 1;
  }
}

/**
 * What was ticked here while the server was being asked is newer than its answer.
 *
 * @param {string} url
 */
async function takeOver(url) {
  const before = changes;
  if (pending > 0) {
    return;
  }
  try {
    const answer = await fetch(url, { credentials: 'same-origin', redirect: 'manual', headers: { Accept: 'application/json' } });
    const told = answer.ok ? await answer.json() : null;
    if (told && changes === before) {
      boxes().forEach((box) => {
        box.checked = told.checked.includes(box.value);
      });
      count();
    }
  } catch {
    // What is shown stays; the next tick says so when there is no network.
  }
}

/** @param {HTMLInputElement} box */
function toggle(box) {
  box.checked = !box.checked;
  box.dispatchEvent(new Event('change', { bubbles: true }));
}

function tickAndGoOn() {
  const link = openPaper() ?? document.activeElement?.closest('[data-read-row]')?.querySelector('a[data-read]') ?? null;
  const box = boxOf(link);
  if (!box) {
    return false;
  }
  if (openPaper() && !isInSight()) {
    bringBack(); // what has not come, or is not seen, has not been read
    return true;
  }
  toggle(box);
  const papers = listed();
  const here = papers.findIndex((paper) => paper === link);
  const next = nextUnticked(papers, here, (paper) => boxOf(paper)?.checked ?? false);
  if (box.checked && openPaper() && next) {
    open(next);
  }
  return true;
}

/** Before the forms are looked at: what is ticked is no answer, so no draft of theirs holds it. */
export function startTicks() {
  const list = /** @type {HTMLElement | null} */ (document.querySelector('[data-ticks]'));
  if (!list) {
    return;
  }
  const url = list.dataset.ticks ?? '';
  all('[data-tick-shown]').forEach((field) => field.remove());
  boxes().forEach((box) => box.removeAttribute('form'));
  list.addEventListener('change', (event) => {
    if (event.target instanceof HTMLInputElement && event.target.matches('[data-tick]')) {
      void keep(url, event.target);
    }
  });
  inPane()?.addEventListener('change', (event) => {
    const box = boxOf(openPaper());
    if (box && box.checked !== /** @type {HTMLInputElement} */ (event.target).checked) {
      toggle(box);
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'x' && isKey(event) && tickAndGoOn()) {
      event.preventDefault();
    }
  });
  whenOpened(mirror);
  window.addEventListener('focus', () => void takeOver(url));
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) {
      void takeOver(url);
    }
  });
  count();
}

/**
 * Keys of lists: `j` and `k` go through the rows, `c` claims the row in focus, `/` goes to the search.
 * `Enter` opens, as on any link. `<html data-keys="off">` turns them off for who speaks to the computer.
 */
import { isAlone, neighbour } from '../logic/keys.js';
import { all, isTyping } from './page.js';

/** @returns {HTMLElement[]} */
function links() {
  return all('[data-rows] [data-row] a.row-link').filter((link) => link.offsetParent !== null);
}

/** @param {1 | -1} step */
function go(step) {
  const found = links();
  const row = document.activeElement?.closest('[data-row]');
  const here = found.findIndex((link) => row?.contains(link));
  const next = found[neighbour(here, step, found.length) ?? -1];
  next?.focus();
  next?.closest('[data-row]')?.scrollIntoView({ block: 'nearest' });
}

function claim() {
  const form = document.activeElement?.closest('[data-row]')?.querySelector('[data-claim]');
  if (form instanceof HTMLFormElement) {
    form.requestSubmit();
  } else if (form instanceof HTMLElement) {
    form.click();
  }
}

function search() {
  const field = document.querySelector('[data-search]');
  if (field instanceof HTMLInputElement && field.offsetParent !== null) {
    field.focus();
    field.select();
  }
}

/** @type {Record<string, () => void>} */
const LIST_KEYS = { j: () => go(1), k: () => go(-1), c: claim };

/**
 * Whether a key alone is meant: nothing is held down with it, and it is no letter of a text.
 *
 * @param {KeyboardEvent} event
 */
export function isKey(event) {
  return isAlone(event) && !isTyping(event.target) && document.documentElement.dataset.keys !== 'off';
}

/** @param {KeyboardEvent} event */
function answer(event) {
  if (!isKey(event)) {
    return;
  }
  const act = event.key === '/' ? search : document.querySelector('[data-rows]') && LIST_KEYS[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
}

export function startKeyboard() {
  document.addEventListener('keydown', answer);
}

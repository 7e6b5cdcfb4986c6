/**
 * `[data-desk]`: the sections beside a form become tabs while there is room for two columns, which the sheet says by
 * making the desk sticky. Elsewhere, and without a script, they are cards one below the other. `[data-tab-link=ID]` opens one.
 */

import { tabAt } from '../logic/keys.js';

/** @type {(() => void)[]} */
const listeners = [];

/** @returns {HTMLElement | null} */
function desk() {
  return document.querySelector('[data-desk]');
}

/** Whether what is read lies beside the form. */
export function isBeside() {
  const found = desk();
  return found !== null && getComputedStyle(found).position === 'sticky';
}

/** @returns {HTMLElement[]} */
function tabs() {
  return [...(desk()?.querySelectorAll('[role="tab"]') ?? [])].map((tab) => /** @type {HTMLElement} */ (tab));
}

/** @param {HTMLElement} tab */
function paneOf(tab) {
  return document.getElementById(tab.getAttribute('aria-controls') ?? '');
}

/** @param {HTMLElement} chosen */
function select(chosen) {
  for (const tab of tabs()) {
    const on = tab === chosen;
    tab.setAttribute('aria-selected', String(on));
    tab.tabIndex = on ? 0 : -1;
    paneOf(tab)?.classList.toggle('is-off', !on);
  }
}

/** @param {string} id of the pane */
export function showTab(id) {
  const tab = tabs().find((found) => found.getAttribute('aria-controls') === id);
  if (tab) {
    select(tab);
  }
}

/** Called now, and whenever there is room for two columns or no more. @param {() => void} act */
export function whenArranged(act) {
  listeners.push(act);
  act();
}

function arrange() {
  const beside = isBeside();
  const list = /** @type {HTMLElement | null} */ (desk()?.querySelector('[data-tabs]'));
  if (list) {
    list.hidden = !beside;
  }
  for (const tab of tabs()) {
    const pane = paneOf(tab);
    if (beside) {
      pane?.setAttribute('role', 'tabpanel');
      pane?.setAttribute('aria-labelledby', tab.id);
    } else {
      pane?.removeAttribute('role');
      pane?.removeAttribute('aria-labelledby');
    }
  }
  fit();
}

/** The desk fills what the header and the bar leave of the window, also before the page is scrolled. */
function fit() {
  const found = desk();
  if (!found) {
    return;
  }
  if (!isBeside()) {
    found.style.height = '';
    return;
  }
  const bar = /** @type {HTMLElement | null} */ (document.querySelector('.has-desk .actbar'));
  const below = bar && getComputedStyle(bar).position === 'fixed' ? bar.offsetHeight : 0;
  const gap = 12;
  const above = Math.max(parseFloat(getComputedStyle(found).top), found.parentElement?.getBoundingClientRect().top ?? 0);
  found.style.height = `${Math.max(320, window.innerHeight - below - gap - above)}px`;
}

/** @param {KeyboardEvent} event */
function move(event) {
  const found = tabs();
  const here = found.indexOf(/** @type {HTMLElement} */ (event.target));
  const next = here < 0 ? undefined : found[tabAt(event.key, here, found.length) ?? -1];
  if (next) {
    event.preventDefault();
    select(next);
    next.focus();
  }
}

/** The one that the page asks for, else the first that is not the reader, which is empty yet. */
function firstTab() {
  const all = tabs();
  return all.find((tab) => tab.hasAttribute('data-tab-first')) ?? all.find((tab) => tab.id !== 'tab-reader') ?? all[0];
}

export function startTabs() {
  const found = desk();
  const first = firstTab();
  if (!found || !first) {
    return;
  }
  found.classList.add('is-tabbed');
  select(first);
  found.addEventListener('click', (event) => {
    const tab = event.target instanceof Element ? event.target.closest('[role="tab"]') : null;
    if (tab instanceof HTMLElement) {
      select(tab);
    }
  });
  found.addEventListener('keydown', move);
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('[data-tab-link]') : null;
    if (link instanceof HTMLElement && isBeside()) {
      event.preventDefault();
      showTab(link.dataset.tabLink ?? '');
      tabs().find((tab) => tab.getAttribute('aria-selected') === 'true')?.focus();
    }
  });
  arrange();
  let beside = isBeside();
  window.addEventListener('resize', () => {
    fit();
    if (isBeside() !== beside) {
      beside = isBeside();
      arrange();
      listeners.forEach((act) => act());
    }
  });
  window.addEventListener('scroll', fit, { passive: true });
}

/**
 * `a[data-read]` opens in `[data-reader]`: beside the form where there is room (tabs.js), over the whole window elsewhere.
 * What is shown are the parts of the link's own page that it marks with `data-read-part`; without a script the link leads
 * there. Over the window it is a dialog: its button, Escape and the browser's way back close it, and whoever closes it is
 * where he was. `j` and `k` go through the papers of the list.
 */
import { isSignedOut } from '../logic/answers.js';
import { neighbour } from '../logic/keys.js';
import { isSecondClick } from '../logic/reading.js';
import { fill } from '../logic/text.js';
import { isKey } from './keyboard.js';
import { all } from './page.js';
import { isBeside, showTab, whenArranged } from './tabs.js';

/** @returns {HTMLElement | null} */
function pane() {
  return document.querySelector('[data-reader]');
}

/** @type {HTMLAnchorElement | null} */
let current = null;
/** @type {HTMLElement | null} */
let opener = null;
/** The way back has been asked for and has not been gone yet: asking once more would leave the page. */
let closing = false;
/** The click that closed it last. */
let closedBy = { at: -Infinity, x: 0, y: 0 };
let asked = 0;
/** Whether what `current` leads to has come. */
let loaded = false;
/** @type {((link: HTMLAnchorElement) => void)[]} */
const followers = [];

/** The papers of the list, in its order. */
export function listed() {
  return /** @type {HTMLAnchorElement[]} */ (all('[data-read-row] a[data-read]')).filter((link) => link.offsetParent !== null);
}

/** The paper that lies open before the reader; null when none does. */
export function openPaper() {
  return current && (isBeside() || isUp()) ? current : null;
}

/** Whether the open paper can be read just now: it has come, and nothing else is shown in its place. */
export function isInSight() {
  return loaded && (pane()?.getClientRects().length ?? 0) > 0;
}

/** The open paper is shown again, when another tab was. */
export function bringBack() {
  showTab(pane()?.id ?? '');
}

/** @param {(link: HTMLAnchorElement) => void} act called whenever another paper is opened */
export function whenOpened(act) {
  followers.push(act);
}

function isUp() {
  return pane()?.classList.contains('is-up') ?? false;
}

const SOON = 2000;
/** Times that what is being made is asked for again. */
const TIMES = 60;

/**
 * @param {HTMLElement} reader
 * @param {string} sentence
 * @param {HTMLAnchorElement} link
 */
function sayInstead(reader, sentence, link) {
  const said = document.createElement('p');
  said.className = 'empty';
  said.setAttribute('role', 'status');
  const away = document.createElement('a');
  away.href = link.href;
  away.target = '_blank';
  away.rel = 'noopener';
  away.textContent = reader.dataset.elsewhere ?? '';
  said.append(sentence, away);
  body(reader).replaceChildren(said);
}

/** @param {HTMLElement} reader */
function body(reader) {
  return /** @type {HTMLElement} */ (reader.querySelector('[data-reader-body]'));
}

/**
 * What is still being made (`data-awaited`) is asked for again until it is there, as long as it lies open.
 *
 * @param {HTMLElement} reader
 * @param {HTMLAnchorElement} link
 * @param {number} time that it is asked for
 */
async function fetchInto(reader, link, time = 0) {
  asked += 1;
  const mine = asked;
  const place = body(reader);
  loaded = false;
  place.setAttribute('aria-busy', 'true');
  try {
    const page = await fetch(link.href, { credentials: 'same-origin', redirect: 'manual', headers: { Accept: 'text/html' } });
    const text = page.ok ? await page.text() : '';
    if (mine !== asked) {
      return;
    }
    const parts = new DOMParser().parseFromString(text, 'text/html').querySelectorAll('[data-read-part]');
    if (parts.length > 0) {
      place.replaceChildren(...[...parts].map((part) => document.importNode(part, true)));
      loaded = true;
      if (place.querySelector('[data-awaited]') && time < TIMES) {
        setTimeout(() => mine === asked && void fetchInto(reader, link, time + 1), SOON);
      }
    } else {
      sayInstead(reader, (isSignedOut(page) ? reader.dataset.signedOut : reader.dataset.failed) ?? '', link);
    }
  } catch {
    if (mine === asked) {
      sayInstead(reader, reader.dataset.failed ?? '', link);
    }
  }
  if (time === 0) {
    place.scrollTop = 0;
  }
  place.removeAttribute('aria-busy');
}

/** @param {HTMLAnchorElement} link */
export function open(link) {
  const reader = pane();
  if (!reader) {
    return;
  }
  const papers = listed();
  const here = papers.indexOf(link);
  current = link;
  for (const other of /** @type {HTMLElement[]} */ (all('a[data-read]'))) {
    if (other === link) {
      other.setAttribute('aria-current', 'true');
    } else {
      other.removeAttribute('aria-current');
    }
    other.closest('[data-read-row]')?.classList.toggle('is-open', other === link);
  }
  /** @type {HTMLElement} */ (reader.querySelector('[data-reader-name]')).textContent = link.dataset.readName ?? link.textContent;
  const place = /** @type {HTMLElement} */ (reader.querySelector('[data-reader-place]'));
  place.textContent = here < 0 ? '' : fill(place.dataset.readerPlace ?? '', { n: here + 1, of: papers.length });
  const away = /** @type {HTMLAnchorElement} */ (reader.querySelector('[data-reader-away]'));
  away.href = link.href;
  away.hidden = false;
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (reader.querySelectorAll('[data-reader-step]'))) {
    button.disabled = next(papers, link, Number(button.dataset.readerStep)) === undefined;
  }
  showTab(reader.id);
  followers.forEach((act) => act(link));
  void fetchInto(reader, link);
}

/**
 * From a paper that the list does not hold, the first of the list comes next.
 *
 * @param {HTMLAnchorElement[]} papers
 * @param {HTMLAnchorElement | null} from
 * @param {number} by 1 or -1
 */
function next(papers, from, by) {
  const here = from ? papers.indexOf(from) : -1;
  return papers[neighbour(here, here < 0 ? 1 : by, papers.length) ?? -1];
}

/** @param {number} by 1 or -1 */
function step(by) {
  const found = next(listed(), current, by);
  if (found) {
    open(found);
  }
}

/** @param {HTMLElement} from what was tapped */
function rise(from) {
  const reader = pane();
  if (!reader || isUp()) {
    return;
  }
  opener = from;
  reader.hidden = false;
  reader.classList.add('is-up');
  reader.setAttribute('role', 'dialog');
  reader.setAttribute('aria-modal', 'true');
  document.body.classList.add('has-reader');
  window.history.pushState({ reader: true }, '');
  /** @type {HTMLElement} */ (reader.querySelector('[data-reader-close]')).focus();
}

function sink() {
  const reader = pane();
  closing = false;
  if (!reader || !isUp()) {
    return;
  }
  reader.classList.remove('is-up');
  reader.removeAttribute('role');
  reader.removeAttribute('aria-modal');
  reader.hidden = !isBeside();
  document.body.classList.remove('has-reader');
  opener?.focus({ preventScroll: true });
  opener = null;
}

/** @param {MouseEvent} event */
function clickOf(event) {
  return { at: performance.now(), x: event.clientX, y: event.clientY };
}

/**
 * The second click of a double one on 关闭 would land on whatever lay under it.
 *
 * @param {MouseEvent} event
 */
function swallowSecond(event) {
  if (!isUp() && isSecondClick(closedBy, clickOf(event))) {
    event.preventDefault();
    event.stopPropagation();
  }
}

/** The way back of the browser closes it, so what closes it goes that way: no step of it is left behind. */
function close() {
  if (isUp() && !closing) {
    closing = true;
    window.history.back();
  }
}

/** A step of a paper that is not open any more, after the page was loaded anew or gone forward to, leads on to the page's own. */
function leaveEmptyStep() {
  if (window.history.state?.reader && !isUp()) {
    window.history.back();
  }
}

/**
 * @param {HTMLElement} reader
 * @param {KeyboardEvent} event
 */
function keepInside(reader, event) {
  const stops = /** @type {HTMLElement[]} */ ([
    ...reader.querySelectorAll('button:not([disabled]), a[href], input, video, iframe, [tabindex="0"]'),
  ]).filter((stop) => stop.offsetParent !== null || stop.getClientRects().length > 0);
  const first = stops[0];
  const last = stops[stops.length - 1];
  if (event.shiftKey ? document.activeElement === first : document.activeElement === last) {
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  }
}

/** @param {MouseEvent} event */
function follow(event) {
  const link = event.target instanceof Element ? event.target.closest('a[data-read]') : null;
  const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (link instanceof HTMLAnchorElement && plain && !event.defaultPrevented) {
    event.preventDefault();
    if (!isBeside()) {
      rise(link);
    }
    open(link);
  }
}

/** @param {KeyboardEvent} event */
function answer(event) {
  const reader = /** @type {HTMLElement} */ (pane());
  if (isUp() && event.key === 'Escape') {
    event.preventDefault();
    close();
  } else if (isUp() && event.key === 'Tab') {
    keepInside(reader, event);
  } else if ((event.key === 'j' || event.key === 'k') && isKey(event) && openPaper()) {
    event.preventDefault();
    step(event.key === 'j' ? 1 : -1);
  }
}

export function startReader() {
  const reader = pane();
  if (!reader) {
    return;
  }
  document.addEventListener('click', swallowSecond, true);
  document.addEventListener('click', follow);
  document.addEventListener('keydown', answer);
  reader.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    if (button?.dataset.readerStep) {
      step(Number(button.dataset.readerStep));
    } else if (button?.hasAttribute('data-reader-close')) {
      closedBy = clickOf(event);
      close();
    }
  });
  window.addEventListener('popstate', () => {
    sink();
    leaveEmptyStep();
  });
  leaveEmptyStep();
  whenArranged(() => {
    if (isBeside() && isUp()) {
      close();
    }
    reader.hidden = !isBeside() && !isUp();
    const first = document.querySelector('a[data-read-first]');
    if (isBeside() && !current && first instanceof HTMLAnchorElement) {
      open(first);
    }
  });
}

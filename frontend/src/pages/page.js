/** What several behaviours share. */
import { mayTakeToken } from '../logic/answers.js';
import { fingerprintOf } from '../logic/draft.js';
import { hex } from '../logic/ids.js';
import { takesLetters } from '../logic/keys.js';

/** A name that nothing else has: 32 hexadecimal digits. */
export function newId() {
  return hex(crypto.getRandomValues(new Uint8Array(16)));
}

/**
 * @param {() => void} act
 * @param {number} wait in ms
 */
export function debounce(act, wait) {
  /** @type {number | undefined} */
  let timer;
  const later = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(act, wait);
  };
  later.cancel = () => window.clearTimeout(timer);
  return later;
}

/** The token that the server asks of every POST. */
export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.getAttribute('content') ?? '';
}

/**
 * The texts of a form, as the browser would send them; files are sent with the form itself only.
 *
 * @param {HTMLFormElement} form
 */
export function values(form) {
  const sent = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string') {
      sent.append(name, value);
    }
  }
  return sent;
}

/** @param {HTMLFormElement} form */
export function fingerprint(form) {
  return fingerprintOf(new FormData(form));
}

/**
 * @param {string} url
 * @param {BodyInit} body
 * @param {RequestInit} [options]
 */
export async function post(url, body, options = {}) {
  const { headers, ...others } = options;
  const send = () =>
    fetch(url, {
      method: 'POST',
      body,
      credentials: 'same-origin',
      // A redirect can only lead to the login page: it must not be taken for success.
      redirect: 'manual',
      headers: { 'X-CSRFToken': csrfToken(), Accept: 'application/json', ...headers },
      ...others,
    });
  const answer = await send();
  if (answer.status !== 400 || !(await takeNewToken(answer.clone()))) {
    return answer;
  }
  if (body instanceof URLSearchParams && body.has('csrf_token')) {
    body.set('csrf_token', csrfToken());
  }
  return send();
}

/**
 * Whoever has signed in anew in another window goes on here: the page takes the new session's token,
 * unless somebody else has signed in.
 *
 * @param {Response} answer
 */
export async function takeNewToken(answer) {
  const told = await answer.json().catch(() => null);
  const meta = /** @type {HTMLElement | null} */ (document.querySelector('meta[name="csrf-token"]'));
  if (!meta || !mayTakeToken(told, meta.dataset.person)) {
    return false;
  }
  const { token } = told;
  const former = csrfToken();
  meta.setAttribute('content', token);
  for (const field of document.querySelectorAll('input[name="csrf_token"]')) {
    /** @type {HTMLInputElement} */ (field).value = token;
  }
  return token !== former;
}

/** @param {EventTarget | null} target */
export function isTyping(target) {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || takesLetters(target.tagName, /** @type {HTMLInputElement} */ (target).type))
  );
}

/**
 * @template {HTMLElement} T
 * @param {string} selector
 * @returns {T[]}
 */
export function all(selector) {
  return /** @type {T[]} */ ([...document.querySelectorAll(selector)]);
}

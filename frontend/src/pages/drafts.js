/**
 * `<form data-draft="URL">` saves itself: a second after the last change, when a field or the page
 * is left or come back to, and again when the network is back. `[data-draft-state]` says so in the page's words.
 * A saved draft is announced to guard.js by the event `draft-saved`. With `data-unsaved` the form comes with values that no
 * draft holds yet. A button with `data-keeps-draft` makes the server keep the form as a draft: this window's name goes along.
 */
import { all, debounce, fill, fingerprint, isSignedOut, post, values } from './page.js';

const PAUSE = 1000;
/** This page's own name: the server refuses to overwrite what another window has saved meanwhile. */
const WINDOW = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
/** Browsers send no more than this when a page is already leaving. */
const KEEPALIVE_LIMIT = 60_000;

/** @param {HTMLFormElement} form */
function stateOf(form) {
  return /** @type {HTMLElement | null} */ (
    form.querySelector('[data-draft-state]') ?? document.querySelector('[data-draft-state]')
  );
}

/**
 * The server's time when it gives one, since the computer's clock may be wrong.
 *
 * @param {Response} answer
 */
async function savedAt(answer) {
  const given = await answer.json().catch(() => null);
  return given?.time ?? new Date().toTimeString().slice(0, 5);
}

/** @param {HTMLFormElement} form */
function keepDraft(form) {
  const state = stateOf(form);
  let touched = form.hasAttribute('data-unsaved');
  let saved = touched ? '' : fingerprint(form);
  let saving = false;
  let submitted = false;
  let keeps = false;
  /** @type {AbortController | undefined} */
  let sending;

  /**
   * @param {'saving' | 'saved' | 'failed' | 'refused' | 'signedOut'} what
   * @param {Record<string, string>} [words]
   */
  const say = (what, words = {}) => {
    if (state) {
      const sentence = state.dataset[what] ?? form.dataset[what];
      state.dataset.draftState = what;
      if (sentence !== undefined) {
        state.textContent = fill(sentence, words);
      }
    }
  };

  const save = async () => {
    later.cancel();
    const now = fingerprint(form);
    if (submitted || saving || now === saved) {
      return;
    }
    const body = values(form);
    saving = true;
    say('saving');
    try {
      sending = new AbortController();
      const keepalive = body.toString().length < KEEPALIVE_LIMIT;
      const headers = { 'X-Draft-Window': WINDOW, 'X-Draft-Shown': form.dataset.draftShown ?? '' };
      const answer = await post(form.dataset.draft ?? '', body, { keepalive, signal: sending.signal, headers });
      if (answer.ok) {
        saved = now;
        form.dispatchEvent(new CustomEvent('draft-saved', { detail: now }));
        say('saved', { time: await savedAt(answer) });
      } else if (isSignedOut(answer)) {
        say('signedOut');
      } else {
        const told = await answer.json().catch(() => null);
        say(told?.message ? 'refused' : 'failed', { message: told?.message });
      }
    } catch {
      say(submitted ? 'saving' : 'failed');
    }
    saving = false;
    if (saved === now && fingerprint(form) !== saved) {
      later();
    }
  };
  const later = debounce(save, PAUSE);

  const change = () => {
    touched = true;
    later();
  };
  form.addEventListener('input', change);
  form.addEventListener('change', change);
  form.addEventListener('focusout', (event) => {
    // Who goes to a button of the form is about to send it.
    if (!(event.relatedTarget instanceof HTMLButtonElement)) {
      save();
    }
  });
  form.addEventListener('submit', (event) => {
    if (!event.defaultPrevented) {
      submitted = true;
      keeps = event.submitter?.hasAttribute('data-keeps-draft') ?? false;
      later.cancel();
      sending?.abort(); // or it might arrive after the form it drafts
    }
  });
  form.addEventListener('formdata', (event) => {
    if (keeps) {
      event.formData.set('_window', WINDOW);
      event.formData.set('_window_shown', form.dataset.draftShown ?? '');
    }
  });
  // Leaving, and coming back: perhaps from another window, where the reader has signed in again.
  document.addEventListener('visibilitychange', save);
  window.addEventListener('focus', save);
  window.addEventListener('pagehide', save);
  window.addEventListener('online', save);
  window.addEventListener('pageshow', () => {
    keeps = false;
    // By now the browser has given back what was typed before this page was left.
    if (submitted || !touched) {
      saved = fingerprint(form);
    }
    submitted = false;
  });
  if (touched) {
    later();
  }
}

export function startDrafts() {
  all('form[data-draft]').forEach((form) => keepDraft(/** @type {HTMLFormElement} */ (form)));
}

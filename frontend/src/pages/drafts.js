/**
 * `<form data-draft="URL">` saves itself: a second after the last change, when a field or the page
 * is left or come back to, and again when the network is back. `[data-draft-state]` says so in the page's words.
 * A saved draft is announced to guard.js by the event `draft-saved`. With `data-unsaved` the form comes with values that no
 * draft holds yet. A button with `data-keeps-draft` makes the server keep the form as a draft: this window's name goes along.
 */
import { meaning } from '../logic/answers.js';
import { Kept, fitsLeaving } from '../logic/draft.js';
import { clockTime, fill } from '../logic/text.js';
import { all, debounce, fingerprint, newId, post, values } from './page.js';

const PAUSE = 1000;
/** This page's own name: the server refuses to overwrite what another window has saved meanwhile. */
const WINDOW = newId();

/** @param {HTMLFormElement} form */
function stateOf(form) {
  return /** @type {HTMLElement | null} */ (
    form.querySelector('[data-draft-state]') ?? document.querySelector('[data-draft-state]')
  );
}

/** @param {HTMLFormElement} form */
function keepDraft(form) {
  const state = stateOf(form);
  const kept = new Kept(fingerprint(form), form.hasAttribute('data-unsaved'));
  let keeps = false;
  /** @type {AbortController | undefined} */
  let sending;

  /**
   * @param {'saving' | import('../logic/answers.js').Meaning} what
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
    if (!kept.isDue(now)) {
      return;
    }
    const body = values(form);
    kept.saving = true;
    say('saving');
    try {
      sending = new AbortController();
      const keepalive = fitsLeaving(body.toString());
      const headers = { 'X-Draft-Window': WINDOW, 'X-Draft-Shown': form.dataset.draftShown ?? '' };
      const answer = await post(form.dataset.draft ?? '', body, { keepalive, signal: sending.signal, headers });
      if (answer.ok) {
        kept.safe = now;
        form.dispatchEvent(new CustomEvent('draft-saved', { detail: now }));
      }
      const told = await answer.json().catch(() => null);
      // The server's time when it gives one, since the computer's clock may be wrong.
      say(meaning(answer, told), { time: told?.time ?? clockTime(new Date()), message: told?.message ?? '' });
    } catch {
      say(kept.submitted ? 'saving' : 'failed');
    }
    kept.saving = false;
    if (kept.safe === now && kept.differs(fingerprint(form))) {
      later();
    }
  };
  const later = debounce(save, PAUSE);

  const change = () => {
    kept.touch();
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
      kept.submitted = true;
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
    kept.shown(fingerprint(form));
  });
  if (kept.touched) {
    later();
  }
}

export function startDrafts() {
  all('form[data-draft]').forEach((form) => keepDraft(/** @type {HTMLFormElement} */ (form)));
}

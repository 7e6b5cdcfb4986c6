/**
 * `<… id="…" data-awaited>` is a place for something that is being made: the page is asked again until the same place has
 * no such mark, and then what stands there is shown here. What somebody types elsewhere on the page stays.
 */
import { all } from './page.js';

const SOON = 2000;
const LATER = 10000;
/** Times that it is asked soon, and at all. */
const SOON_TIMES = 15;
const TIMES = 100;

/** @param {Document} fresh */
function show(fresh) {
  for (const place of all('[data-awaited]')) {
    const made = fresh.getElementById(place.id);
    if (made && !made.hasAttribute('data-awaited')) {
      place.innerHTML = made.innerHTML;
      place.removeAttribute('data-awaited');
    }
  }
}

/** @param {number} time */
function askAgain(time) {
  if (!all('[data-awaited]').length || time >= TIMES) {
    return;
  }
  setTimeout(
    async () => {
      try {
        const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
        if (answer.ok && !answer.redirected) {
          show(new DOMParser().parseFromString(await answer.text(), 'text/html'));
        }
      } catch (problem) {
        console.warn(problem); // the line is gone for a moment
      }
      askAgain(time + 1);
    },
    time < SOON_TIMES ? SOON : LATER,
  );
}

export function startAwaiting() {
  askAgain(0);
}

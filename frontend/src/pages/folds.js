/**
 * `<details class="folds">` saves room on a phone. On a wide window it stands open; there the sheet hides its handle.
 */
import { all } from './page.js';

export function startFolds() {
  const wide = window.matchMedia('(min-width: 701px)');
  const folds = /** @type {HTMLDetailsElement[]} */ (all('details.folds'));
  const unfold = () => {
    if (wide.matches) {
      folds.forEach((fold) => { fold.open = true; });
    }
  };
  wide.addEventListener('change', unfold);
  unfold();
}

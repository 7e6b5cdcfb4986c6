/** What keys mean, and where they lead in a row of things. */

/**
 * Whether a key alone is pressed: nothing is held down with it, and it writes no letter with an input method.
 *
 * @param {{ ctrlKey: boolean, metaKey: boolean, altKey: boolean, isComposing: boolean }} event
 */
export function isAlone({ ctrlKey, metaKey, altKey, isComposing }) {
  return !(ctrlKey || metaKey || altKey || isComposing);
}

/**
 * Whether letters go into such a control.
 *
 * @param {string} tag in capitals, as the DOM has it
 * @param {string | undefined} type of an input
 */
export function takesLetters(tag, type) {
  return /^(INPUT|TEXTAREA|SELECT)$/.test(tag) && !/^(checkbox|radio|button|submit)$/.test(type ?? '');
}

/**
 * The next place in a row that ends: from nowhere to its first or its last, undefined beyond its ends.
 *
 * @param {number} here -1 for nowhere
 * @param {number} step 1 or -1
 * @param {number} length
 * @returns {number | undefined}
 */
export function neighbour(here, step, length) {
  const next = here >= 0 ? here + step : step > 0 ? 0 : length - 1;
  return next >= 0 && next < length ? next : undefined;
}

/**
 * The next place in a row that goes round; from nowhere to its first or its last.
 *
 * @param {number} here -1 for nowhere
 * @param {number} step 1 or -1
 * @param {number} length at least 1
 */
export function around(here, step, length) {
  return here < 0 ? (step > 0 ? 0 : length - 1) : (here + step + length) % length;
}

/**
 * Where a key leads in a row of tabs; undefined for a key that means nothing there.
 *
 * @param {string} key
 * @param {number} here
 * @param {number} length
 * @returns {number | undefined}
 */
export function tabAt(key, here, length) {
  switch (key) {
    case 'ArrowLeft':
      return around(here, -1, length);
    case 'ArrowRight':
      return around(here, 1, length);
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    default:
      return undefined;
  }
}

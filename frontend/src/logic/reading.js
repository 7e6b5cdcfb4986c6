/** Going through the papers of a list. */

const DOUBLE_CLICK = 500;
/** Milliseconds in which the second click of a double one comes, and how far from the first, in px. */
const SAME_SPOT = 10;

/**
 * @typedef {{ at: number, x: number, y: number }} Click
 */

/**
 * Whether a click is the second one of a double click.
 *
 * @param {Click} first
 * @param {Click} second
 */
export function isSecondClick(first, second) {
  const near = Math.abs(second.x - first.x) < SAME_SPOT && Math.abs(second.y - first.y) < SAME_SPOT;
  return near && second.at - first.at < DOUBLE_CLICK;
}

/**
 * The next paper that is not ticked: behind the one at `here`, then from the start; never that one itself.
 *
 * @template T
 * @param {T[]} papers
 * @param {number} here -1 for none
 * @param {(paper: T) => boolean} isTicked
 * @returns {T | undefined}
 */
export function nextUnticked(papers, here, isTicked) {
  return [...papers.slice(here + 1), ...papers.slice(0, Math.max(0, here))].find((paper) => !isTicked(paper));
}

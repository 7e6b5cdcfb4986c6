/**
 * Room for the names of a diagram in another language: the file says how wide a label of the original is, which wraps a
 * longer word in the middle. A name grows away from what it names, so that it covers neither a shape nor its neighbour.
 *
 * @typedef {import('./view.js').Box} Box
 * @typedef {{ x: number, y: number }} Point
 * @typedef {(text: string) => number} Measure how wide a text is when it is drawn
 */
import { clamp } from './view.js';

/** What the library gives a label for which the file says nothing. */
const WIDEST = 90;
const SLACK = 6;
const LINE = 15.6;
/** A label that is nearer than this to an edge stands beside it. */
const TOUCH = 10;

/**
 * @param {string} name
 * @param {number} width
 * @param {Measure} measure
 * @returns {number} how many lines the name takes, broken between words
 */
function linesOf(name, width, measure) {
  let count = 1;
  let line = '';
  for (const word of name.split(' ')) {
    const longer = line ? `${line} ${word}` : word;
    if (line && measure(longer) > width) {
      count += 1;
      line = word;
    } else {
      line = longer;
    }
  }
  return count;
}

/**
 * Where a span of this size begins when it takes the place of another beside its owner.
 *
 * @param {number} from the place that was drawn
 * @param {number} length of what was drawn
 * @param {number} size
 * @param {'before' | 'after' | 'over'} side of the owner
 */
function grown(from, length, size, side) {
  return side === 'after' ? from : side === 'before' ? from + length - size : from - (size - length) / 2;
}

/**
 * @param {string} name
 * @param {Box} drawn the label of the original name
 * @param {Box} owner what it names
 * @param {Measure} measure
 * @param {number} [most] the width that there is
 * @returns {Box} the label of this name
 */
export function roomFor(name, drawn, owner, measure, most = WIDEST) {
  const longest = Math.max(...name.split(' ').map(measure));
  const width = Math.max(longest, Math.min(measure(name), WIDEST, most)) + SLACK;
  const lines = linesOf(name, width, measure);
  const height = Math.max(drawn.height, lines * LINE);
  const right = drawn.x + TOUCH >= owner.x + owner.width;
  const left = drawn.x + drawn.width - TOUCH <= owner.x;
  const off = drawn.y + drawn.height / 2 - owner.y - owner.height / 2;
  const spare = Math.max(0, longest - most) / 2; // a word too long for its stretch reaches out at both ends
  return {
    x: grown(drawn.x, drawn.width, width, right ? 'after' : left ? 'before' : 'over') + (right ? -spare : left ? spare : 0),
    y: grown(drawn.y, drawn.height, height, off > TOUCH / 2 ? 'after' : off < -TOUCH / 2 ? 'before' : 'over'),
    width,
    height,
  };
}

/** @param {number} value @param {number} a @param {number} b */
const within = (value, a, b) => clamp(value, Math.min(a, b), Math.max(a, b));

/**
 * The stretch of a flow at which its label stands.
 *
 * @param {Point[]} way at least two points
 * @param {Box} label
 * @returns {{ owner: Box, most: number }} where the stretch begins, and the width that is left to its end
 */
export function stretchAt(way, label) {
  const [x, y] = [label.x + label.width / 2, label.y + label.height / 2];
  const stretches = way.slice(1).map((to, index) => {
    const from = /** @type {Point} */ (way[index]);
    return { from, to, far: Math.hypot(x - within(x, from.x, to.x), y - within(y, from.y, to.y)) };
  });
  const { from, to } = stretches.reduce((nearest, one) => (one.far < nearest.far ? one : nearest));
  const owner = { x: from.x, y: from.y, width: 0, height: 0 };
  const lies = Math.abs(to.y - from.y) < 1;
  return { owner, most: !lies ? WIDEST : to.x > from.x ? to.x - label.x : label.x + label.width - to.x };
}

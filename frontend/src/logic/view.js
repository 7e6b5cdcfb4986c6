/**
 * Which part of a diagram to show, and where its sentences stand: pure arithmetic.
 *
 * @typedef {{ x: number, y: number, width: number, height: number }} Box
 * @typedef {{ width: number, height: number }} Size
 */

/** Room around the diagram for marks that stand on its edge, in its own units. */
export const MARGIN = 24;

/** Below this zoom a 12 px label is no longer read at ease. */
const READABLE = 0.85;
const READABLE_ON_PHONE = 1;
const PHONE = 700;

/**
 * @param {Box} box
 * @param {number} by
 * @returns {Box}
 */
export function grow(box, by) {
  return { x: box.x - by, y: box.y - by, width: box.width + 2 * by, height: box.height + 2 * by };
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

/**
 * The zoom at which labels can be read, larger in large type.
 *
 * @param {number} windowWidth
 * @param {number} rootFontSize of the page, in px
 */
export function readableScale(windowWidth, rootFontSize) {
  return (windowWidth <= PHONE ? READABLE_ON_PHONE : READABLE) * (rootFontSize / 16);
}

/**
 * The zoom at which all of the diagram is in the canvas, never magnified.
 *
 * @param {Box} content
 * @param {Size} canvas
 */
export function fittingScale(content, canvas) {
  return Math.min(1, canvas.width / content.width, canvas.height / content.height);
}

/**
 * One axis of a view: centred when everything fits, else as close to the wanted centre as the
 * edge of the diagram allows, so that no empty space is shown while there is diagram to show.
 *
 * @param {number} start
 * @param {number} length
 * @param {number} visible
 * @param {number} centre
 */
function along(start, length, visible, centre) {
  if (visible >= length) {
    return start - (visible - length) / 2;
  }
  return clamp(centre - visible / 2, start, start + length - visible);
}

/**
 * @param {Box} content the whole diagram with its margin
 * @param {Size} canvas in px
 * @param {number} scale
 * @param {Box} [focus] what must be in view
 * @returns {Box} the part of the diagram to show
 */
export function viewAt(content, canvas, scale, focus = content) {
  const width = canvas.width / scale;
  const height = canvas.height / scale;
  return {
    x: along(content.x, content.width, width, focus.x + focus.width / 2),
    y: along(content.y, content.height, height, focus.y + focus.height / 2),
    width,
    height,
  };
}

/** Between a node and its sentence: enough for its ring, else enough for a timer on its edge as well. */
const NEAREST = 12;
const GAPS = [NEAREST, 24, 36];

/**
 * Whether two boxes cover a point in common.
 *
 * @param {Box} a
 * @param {Box} b
 */
export function meet(a, b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/**
 * Where a sentence about a node stands: above it, or where it hides neither a node, a name nor
 * another sentence; never above the top of the diagram, since the canvas ends there.
 *
 * @param {Box} shape
 * @param {Size} size of the sentence
 * @param {number} top of the diagram
 * @param {Box[]} taken
 * @returns {Box}
 */
export function place(shape, { width, height }, top, taken) {
  const lower = shape.y + shape.height;
  const below = { x: shape.x + shape.width / 2 - width / 2, y: lower + NEAREST, width, height };
  const asides = [below.x, shape.x + shape.width - width, shape.x];
  const heights = GAPS.flatMap((gap) => [shape.y - gap - height, lower + gap]).filter((y) => y >= top - 20);
  const spots = heights.flatMap((y) => asides.map((x) => ({ x, y, width, height })));
  return spots.find((spot) => !taken.some((box) => meet(spot, box))) ?? spots[0] ?? below;
}

/**
 * Live marks in the order in which a reader came for them: what is late, then what is nearly so.
 *
 * @template {{ state?: string }} T
 * @param {T[]} live
 * @returns {T[]}
 */
export function byUrgency(live) {
  const order = ['over', 'near', 'ok'];
  /** @param {T} item */
  const rank = ({ state = 'ok' }) => (order.includes(state) ? order.indexOf(state) : order.length);
  return [...live].sort((a, b) => rank(a) - rank(b));
}

/**
 * Where most instances are late comes first, then where most are running.
 *
 * @template {{ running?: number, overdue?: number }} T
 * @param {T[]} heat
 * @returns {T[]}
 */
export function byWeight(heat) {
  return [...heat].sort((a, b) => (b.overdue ?? 0) - (a.overdue ?? 0) || (b.running ?? 0) - (a.running ?? 0));
}

/**
 * What fingers on a diagram do.
 *
 * @typedef {{ x: number, y: number }} Point
 */

/**
 * @param {[Point, Point?]} points
 * @returns {{ centre: Point, spread: number }}
 */
export function grip([a, b = a]) {
  return {
    centre: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
    spread: Math.hypot(a.x - b.x, a.y - b.y),
  };
}

/** How far a finger goes before its direction counts, in px. */
const DECIDES = 8;

/**
 * Whose a swipe is that has come this far: a vertical one is the page's; undefined while its direction is not clear yet.
 *
 * @param {number} dx
 * @param {number} dy
 * @returns {'page' | 'diagram' | undefined}
 */
export function ownerOf(dx, dy) {
  if (Math.hypot(dx, dy) < DECIDES) {
    return undefined;
  }
  return Math.abs(dy) > Math.abs(dx) ? 'page' : 'diagram';
}

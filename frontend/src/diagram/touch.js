/**
 * Fingers on a diagram; the library answers to the mouse only.
 *
 * The page must not be trapped: `touch-action: pan-y` (diagram.css) leaves vertical swipes to the
 * page, a sideways drag or two fingers move the diagram, and once a tap has given the canvas the
 * focus, one finger moves it in every direction.
 *
 * @typedef {import('../logic/fingers.js').Point} Point
 */
import { grip, ownerOf } from '../logic/fingers.js';

/**
 * A second finger is meant for the diagram: the browser must neither zoom nor scroll the page with it.
 *
 * @param {TouchEvent} event
 */
function claimTwo(event) {
  if (event.touches.length > 1 && event.cancelable) {
    event.preventDefault();
  }
}

/**
 * @param {HTMLElement} container
 * @param {{ pan: (dx: number, dy: number) => void, zoomBy: (factor: number, centre: Point) => void }} act
 */
export function listenToTouch(container, act) {
  /** @type {Map<number, Point>} */
  const fingers = new Map();
  const held = () => grip(/** @type {[Point, Point?]} */ ([...fingers.values()].slice(0, 2)));
  /** Where a single finger came down, until its direction is known. @type {Point | null} */
  let start = null;

  /** @param {PointerEvent} event */
  const down = (event) => {
    if (event.pointerType !== 'mouse') {
      const point = { x: event.clientX, y: event.clientY };
      fingers.set(event.pointerId, point);
      const free = fingers.size > 1 || container.contains(document.activeElement);
      start = free ? null : point;
    }
  };

  /** @param {PointerEvent} event */
  const move = (event) => {
    if (!fingers.has(event.pointerId)) {
      return;
    }
    if (start) {
      const owner = ownerOf(event.clientX - start.x, event.clientY - start.y);
      if (!owner) {
        return;
      }
      start = null;
      if (owner === 'page') {
        fingers.delete(event.pointerId); // the browser is about to cancel it anyway
        return;
      }
    }
    const before = held();
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const after = held();
    act.pan(after.centre.x - before.centre.x, after.centre.y - before.centre.y);
    if (before.spread > 0 && after.spread > 0) {
      const edge = container.getBoundingClientRect();
      act.zoomBy(after.spread / before.spread, { x: after.centre.x - edge.left, y: after.centre.y - edge.top });
    }
  };

  /** @param {PointerEvent} event */
  const up = (event) => {
    fingers.delete(event.pointerId);
  };

  container.addEventListener('pointerdown', down);
  container.addEventListener('pointermove', move);
  container.addEventListener('pointerup', up);
  container.addEventListener('pointercancel', up);

  container.addEventListener('touchstart', claimTwo, { passive: false });
  container.addEventListener('touchmove', claimTwo, { passive: false });
}

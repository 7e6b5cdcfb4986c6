/**
 * Moving about in a diagram by wheel, keys, fingers and buttons. Dragging with the mouse is the
 * library's own.
 *
 * @typedef {import('../logic/fingers.js').Point} Point
 */
import { clamp } from '../logic/view.js';
import { listenToTouch } from './touch.js';

const SMALLEST = 0.15;
const LARGEST = 3;
const STEP = 1.25;
const STRIDE = 60;

/**
 * @param {any} canvas of the library
 * @param {() => void} onMove called when the reader, not the page, has moved the diagram
 */
export function movesOf(canvas, onMove) {
  return {
    /**
     * @param {number} dx
     * @param {number} dy
     */
    pan(dx, dy) {
      canvas.scroll({ dx, dy });
      onMove();
    },
    /**
     * @param {number} factor
     * @param {Point} [centre]
     */
    zoomBy(factor, centre) {
      canvas.zoom(clamp(canvas.zoom() * factor, SMALLEST, LARGEST), centre);
      onMove();
    },
  };
}

/**
 * Ctrl and wheel zoom, also what a trackpad sends for a pinch. A sideways wheel moves the diagram;
 * a plain wheel stays with the page.
 *
 * @param {HTMLElement} container
 * @param {ReturnType<typeof movesOf>} moves
 */
function listenToWheel(container, moves) {
  container.addEventListener(
    'wheel',
    (event) => {
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 16;
      const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
      if (event.ctrlKey || event.metaKey) {
        const edge = container.getBoundingClientRect();
        const amount = clamp(event.deltaY * unit, -60, 60);
        moves.zoomBy(Math.exp(-amount / 250), { x: event.clientX - edge.left, y: event.clientY - edge.top });
      } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        moves.pan(-sideways * unit, 0);
      } else {
        return;
      }
      event.preventDefault();
    },
    { passive: false },
  );
}

/**
 * @param {HTMLElement} container
 * @param {ReturnType<typeof movesOf>} moves
 * @param {() => void} fit
 */
function listenToKeys(container, moves, fit) {
  /** @type {Record<string, () => void>} */
  const answers = {
    ArrowLeft: () => moves.pan(STRIDE, 0),
    ArrowRight: () => moves.pan(-STRIDE, 0),
    ArrowUp: () => moves.pan(0, STRIDE),
    ArrowDown: () => moves.pan(0, -STRIDE),
    '+': () => moves.zoomBy(STEP),
    '=': () => moves.zoomBy(STEP),
    '-': () => moves.zoomBy(1 / STEP),
    0: fit,
  };
  container.addEventListener('keydown', (event) => {
    const answer = answers[event.key];
    const onLink = event.target instanceof Element && event.target.closest('a, button');
    if (answer && !onLink && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      answer();
    }
  });
}

/**
 * @param {string} label
 * @param {string} path
 * @param {() => void} act
 */
function button(label, path, act) {
  const made = document.createElement('button');
  made.type = 'button';
  made.title = label;
  made.setAttribute('aria-label', label);
  made.innerHTML = `<svg class="i i--16" viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"/></svg>`;
  made.addEventListener('click', act);
  return made;
}

/**
 * @param {ReturnType<typeof movesOf>} moves
 * @param {() => void} fit
 * @param {Record<string, string>} texts
 */
function buttons(moves, fit, texts) {
  const group = document.createElement('div');
  group.className = 'diagram__zoom';
  group.append(
    button(texts.zoom_in ?? '+', 'M8 3.5v9M3.5 8h9', () => moves.zoomBy(STEP)),
    button(texts.zoom_out ?? '−', 'M3.5 8h9', () => moves.zoomBy(1 / STEP)),
    button(texts.fit ?? '↔', 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10', fit),
  );
  return group;
}

/**
 * @param {HTMLElement} container
 * @param {ReturnType<typeof movesOf>} moves
 * @param {() => void} fit
 * @param {Record<string, string>} texts
 */
export function navigate(container, moves, fit, texts) {
  listenToWheel(container, moves);
  listenToKeys(container, moves, fit);
  listenToTouch(container, moves);
  container.before(buttons(moves, fit, texts));
}

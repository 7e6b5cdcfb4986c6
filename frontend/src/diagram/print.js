/**
 * On paper the whole diagram is shown, as wide as the page, whatever part the screen shows.
 *
 * @typedef {import('../logic/view.js').Box} Box
 */

/** Width of a landscape A4 page inside its margins, in CSS px. */
const PAPER = 1030;

/**
 * @param {SVGSVGElement} drawing
 * @param {Box} whole
 * @param {(box: Box & { scale: number }) => void} follow what depends on the part that is shown
 * @param {() => Box & { scale: number }} onScreen
 */
export function printWhole(drawing, whole, follow, onScreen) {
  /** @type {string | null} */
  let before = null;

  window.addEventListener('beforeprint', () => {
    const viewport = drawing.querySelector('.viewport');
    if (!viewport || before !== null) {
      return;
    }
    before = viewport.getAttribute('transform') ?? '';
    viewport.removeAttribute('transform');
    drawing.setAttribute('viewBox', [whole.x, whole.y, whole.width, whole.height].map(Math.round).join(' '));
    follow({ ...whole, scale: Math.min(1, PAPER / whole.width) });
  });

  window.addEventListener('afterprint', () => {
    if (before !== null) {
      drawing.querySelector('.viewport')?.setAttribute('transform', before);
      drawing.removeAttribute('viewBox');
      before = null;
      follow(onScreen());
    }
  });
}

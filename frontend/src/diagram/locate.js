/** Links of a list that lead to an element of the diagram beside it; without a diagram they stay hidden. */

/** @param {(id: string) => void} show moves the diagram to the element */
export function locate(show) {
  for (const link of document.querySelectorAll('[data-locate]')) {
    link.removeAttribute('hidden');
    link.addEventListener('click', () => show(/** @type {HTMLElement} */ (link).dataset.locate ?? ''));
  }
}

/** Chips that open to a small window: one at a time, and Escape or a click beside it closes. */
const OPEN = 'details.due[open], details.duebox[open], details.acting[open], details[data-pop][open]';

/**
 * @param {Node | null} [except]
 * @returns {HTMLDetailsElement[]}
 */
function openOnes(except) {
  return /** @type {HTMLDetailsElement[]} */ ([...document.querySelectorAll(OPEN)]).filter(
    (details) => !except || !details.contains(except),
  );
}

/** @param {HTMLDetailsElement} details */
function close(details) {
  details.open = false;
}

export function startPopovers() {
  document.addEventListener('click', (event) => {
    openOnes(/** @type {Node} */ (event.target)).forEach(close);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      for (const details of openOnes()) {
        const inside = details.contains(document.activeElement);
        close(details);
        if (inside) {
          details.querySelector('summary')?.focus();
        }
      }
    }
  });
  // The keyboard opens without a click elsewhere. The event does not bubble, but it can be captured.
  document.addEventListener(
    'toggle',
    (event) => {
      const details = event.target;
      if (details instanceof HTMLDetailsElement && details.matches(OPEN)) {
        openOnes(details).forEach(close);
      }
    },
    true,
  );
}

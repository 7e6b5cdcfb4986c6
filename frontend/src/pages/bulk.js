/**
 * `[data-check-all]` ticks every `input[name=task]` of the page; `[data-bulk]` buttons work when one is ticked and
 * say how many (`data-bulk-text="领取所选 {n} 项"`), as does `[data-bulk-count="已选 {n} 项"]`. `[data-bulk-bar]` is there
 * while something is ticked.
 */
import { fill } from '../logic/text.js';
import { all } from './page.js';

const BOXES = 'input[name="task"][type="checkbox"]:not(:disabled)';

/**
 * The text of a button beside its icon.
 *
 * @param {HTMLElement} button
 */
function textOf(button) {
  const found = [...button.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.nodeValue?.trim());
  return found ?? button.appendChild(document.createTextNode(''));
}

export function startBulk() {
  const whole = /** @type {HTMLInputElement | null} */ (document.querySelector('[data-check-all]'));
  const buttons = all('[data-bulk]').map((button) => {
    const text = textOf(button);
    return { button: /** @type {HTMLButtonElement} */ (button), text, idle: text.nodeValue };
  });
  if (!whole && !buttons.length) {
    return;
  }

  const show = () => {
    const boxes = /** @type {HTMLInputElement[]} */ (all(BOXES));
    const n = boxes.filter((box) => box.checked).length;
    boxes.forEach((box) => box.closest('tr')?.classList.toggle('sel', box.checked));
    if (whole) {
      whole.checked = n > 0 && n === boxes.length;
      whole.indeterminate = n > 0 && n < boxes.length;
      whole.disabled = boxes.length === 0;
    }
    for (const { button, text, idle } of buttons) {
      button.disabled = n === 0;
      text.nodeValue = n && button.dataset.bulkText ? fill(button.dataset.bulkText, { n }) : idle;
    }
    all('[data-bulk-count]').forEach((place) => { place.textContent = fill(place.dataset.bulkCount ?? '{n}', { n }); });
    all('[data-bulk-bar]').forEach((bar) => { bar.hidden = n === 0; });
  };

  document.addEventListener('change', (event) => {
    if (whole && event.target === whole) {
      /** @type {HTMLInputElement[]} */ (all(BOXES)).forEach((box) => { box.checked = whole.checked; });
      show();
    } else if (event.target instanceof Element && event.target.matches(BOXES)) {
      show();
    }
  });
  // A page that is come back to has its ticks again, but no event says so.
  window.addEventListener('pageshow', show);
  show();
}

/**
 * `<textarea data-count-min="20" data-count-max="500">` and `[data-count-for="its name"]`, which holds the
 * sentences: `data-count-text="已写 {n} 字"`, and when given `data-count-short="…还差 {m} 字"`, `data-count-long`.
 */
import { all, fill } from './page.js';

/**
 * Characters as the server counts them: code points, no blanks at the ends.
 *
 * @param {string} text
 */
export function count(text) {
  return Array.from(text.trim().replace(/\r\n/g, '\n')).length;
}

/** @param {HTMLTextAreaElement} field */
function keepCount(field) {
  const least = Number(field.dataset.countMin ?? 0);
  const most = Number(field.dataset.countMax ?? Infinity);
  const places = [field.name, field.id]
    .filter(Boolean)
    .map((key) => `[data-count-for="${CSS.escape(key)}"]`)
    .join(', ');
  const place = places ? document.querySelector(places) : null;
  if (!(place instanceof HTMLElement)) {
    return;
  }
  const say = () => {
    const n = count(field.value);
    const kind = n > most ? 'countLong' : n > 0 && n < least ? 'countShort' : 'countText';
    const sentence = place.dataset[kind] ?? place.dataset.countText ?? '{n}';
    place.textContent = fill(sentence, { n, m: n > most ? n - most : Math.max(0, least - n), min: least, max: most });
    place.classList.toggle('is-off', kind !== 'countText');
  };
  field.addEventListener('input', say);
  say();
}

export function startCounters() {
  all('[data-count-min], [data-count-max]').forEach((field) => keepCount(/** @type {HTMLTextAreaElement} */ (field)));
}

/**
 * `<textarea data-count-min="20" data-count-max="500">` and `[data-count-for="its name"]`, which holds the
 * sentences: `data-count-text="已写 {n} 字"`, and when given `data-count-short="…还差 {m} 字"`, `data-count-long`.
 */
import { count, fill, lengthOf } from '../logic/text.js';
import { all } from './page.js';

const SENTENCES = { text: 'countText', short: 'countShort', long: 'countLong' };

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
    const { kind, numbers } = lengthOf(count(field.value), least, most);
    const sentence = place.dataset[SENTENCES[kind]] ?? place.dataset.countText ?? '{n}';
    place.textContent = fill(sentence, numbers);
    place.classList.toggle('is-off', kind !== 'text');
  };
  field.addEventListener('input', say);
  say();
}

export function startCounters() {
  all('[data-count-min], [data-count-max]').forEach((field) => keepCount(/** @type {HTMLTextAreaElement} */ (field)));
}

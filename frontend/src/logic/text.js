/** Sentences of the page and what is counted in them. */

/**
 * Put values into a sentence of the page: `fill('已写 {n} 字', { n: 12 })`. What has no value stays as it stands.
 *
 * @param {string} sentence
 * @param {Record<string, string | number>} words
 */
export function fill(sentence, words) {
  const known = new Map(Object.entries(words));
  return sentence.replace(/\{(\w+)\}/g, (whole, key) => String(known.get(key) ?? whole));
}

/**
 * Characters as the server counts them: code points, no blanks at the ends, one for a line's end.
 *
 * @param {string} text
 */
export function count(text) {
  return Array.from(text.trim().replace(/\r\n/g, '\n')).length;
}

/**
 * What is to be said of a text of `n` characters, and with which numbers: `m` is what is missing or too much. An empty
 * text is not called too short: nothing has been written yet.
 *
 * @param {number} n
 * @param {number} least
 * @param {number} most
 * @returns {{ kind: 'text' | 'short' | 'long', numbers: { n: number, m: number, min: number, max: number } }}
 */
export function lengthOf(n, least, most) {
  const kind = n > most ? 'long' : n > 0 && n < least ? 'short' : 'text';
  return { kind, numbers: { n, m: n > most ? n - most : Math.max(0, least - n), min: least, max: most } };
}

/**
 * The time of day on the computer's clock, `09:05`.
 *
 * @param {Date} instant
 */
export function clockTime(instant) {
  return [instant.getHours(), instant.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}

/**
 * Finding a matter by its name, its code, or how it is read.
 *
 * @typedef {{ code: string, title: string, pinyin: string, initials: string }} Matter
 */

/**
 * What is compared: width, capitals and blanks tell nothing apart.
 *
 * @param {string} text
 */
export function plain(text) {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, '');
}

/**
 * How well a matter fits what was typed; 0 when it does not.
 *
 * @param {Matter} matter
 * @param {string} wanted plain
 */
export function rank({ code, title, pinyin, initials }, wanted) {
  const sign = plain(code);
  const name = plain(title);
  if (sign === wanted) return 6;
  if (name.startsWith(wanted) || sign.startsWith(wanted)) return 5;
  if (name.includes(wanted)) return 4;
  if (initials.startsWith(wanted) || pinyin.startsWith(wanted)) return 3;
  if (initials.includes(wanted)) return 2;
  return pinyin.includes(wanted) || sign.includes(wanted) ? 1 : 0;
}

/**
 * The matters that fit, the best first and each once, though it may stand in several groups; all when nothing is typed.
 *
 * @template {Matter} T
 * @param {T[]} matters
 * @param {string} text
 * @returns {T[]}
 */
export function find(matters, text) {
  const wanted = plain(text);
  if (!wanted) {
    return matters;
  }
  const once = new Set();
  return matters
    .filter(({ code }) => !once.has(code) && once.add(code))
    .map((matter) => ({ matter, rank: rank(matter, wanted) }))
    .filter((line) => line.rank > 0)
    .sort((one, other) => other.rank - one.rank)
    .map((line) => line.matter);
}

/**
 * The title parted at what was typed: before it, it, behind it. Undefined when the title does not hold it.
 *
 * @param {string} title
 * @param {string} text
 * @returns {[string, string, string] | undefined}
 */
export function parted(title, text) {
  const wanted = plain(text);
  // Each plain sign with the place in the title that it comes from.
  const signs = Array.from(title);
  const origins = signs.flatMap((sign, index) => Array.from(plain(sign), () => index));
  const at = plain(title).indexOf(wanted);
  if (!wanted || at < 0) {
    return undefined;
  }
  const first = Array.from(plain(title).slice(0, at)).length;
  const start = origins[first] ?? 0;
  const end = (origins[first + Array.from(wanted).length - 1] ?? start) + 1;
  return [signs.slice(0, start).join(''), signs.slice(start, end).join(''), signs.slice(end).join('')];
}

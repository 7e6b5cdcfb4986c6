/** Words in a diagram: how wide they are, and how they are broken. */

const LONGEST_LINE = 24;
const CHARACTER = 13;

/**
 * Width of a text at 12 px: a Chinese character or a shape takes the whole square, a Latin letter about 7 px.
 *
 * @param {string} text
 */
export function textWidth(text) {
  return Array.from(text).reduce((sum, char) => sum + ((char.codePointAt(0) ?? 0) > 0x218f ? 12 : 7), 0);
}

/**
 * A sentence in at most two lines, parted at its first comma.
 *
 * @param {string} label
 * @returns {string[]}
 */
export function lines(label) {
  const [, first, second] = /^(.+?)(?:，|, )(.+)$/u.exec(label) ?? [];
  return (first && second ? [first, second] : [label]).map((line) => {
    const chars = Array.from(line);
    return chars.length > LONGEST_LINE ? `${chars.slice(0, LONGEST_LINE - 1).join('')}…` : line;
  });
}

/**
 * An upright name in columns no taller than its lane, at most two.
 *
 * @param {string} name
 * @param {number} height
 * @returns {string[]}
 */
export function columns(name, height) {
  const chars = Array.from(name.replace(/\s+/g, ''));
  const longest = Math.max(1, Math.floor((height - 12) / CHARACTER));
  if (chars.length <= longest) {
    return [chars.join('')];
  }
  const first = Math.min(longest, Math.ceil(chars.length / 2));
  const rest = chars.slice(first);
  const second = rest.length > longest ? [...rest.slice(0, longest - 1), '…'] : rest;
  return [chars.slice(0, first).join(''), second.join('')];
}

/** Whether a name is written in characters that stand upright. @param {string} name */
export function isUpright(name) {
  return /\p{Script=Han}/u.test(name);
}

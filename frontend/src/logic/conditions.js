/** What a form does when the server has told which fields are shown and what follows from the others. */

/**
 * A group is gone when it holds fields and none of them is shown.
 *
 * @param {boolean[]} hidden of its fields
 */
export function groupIsHidden(hidden) {
  return hidden.length > 0 && hidden.every(Boolean);
}

/**
 * What somebody has typed stays: a field takes over a value while it is empty or still holds what it took over before.
 *
 * @param {string} value of the field
 * @param {string | undefined} followed what it took over last
 * @param {string} coming
 */
export function takesOver(value, followed, coming) {
  return value !== coming && (value === '' || value === followed);
}

/**
 * The ids that describe a control, with or without one of them.
 *
 * @param {string} ids parted by blanks
 * @param {string} id
 * @param {boolean} described
 */
export function describedBy(ids, id, described) {
  const others = ids.split(/\s+/).filter((other) => other && other !== id);
  return (described ? [...others, id] : others).join(' ');
}

/**
 * What the button that hands a form in says.
 *
 * @param {{ plain: string, waiting?: string | undefined, says?: string | undefined }} words `says` holds `{choice}`
 * @param {boolean} isWaiting for a file on its way
 * @param {string} choice '' when none is made
 */
export function submitText({ plain, waiting, says }, isWaiting, choice) {
  if (isWaiting) {
    return waiting ?? plain;
  }
  return choice && says ? says.replace('{choice}', () => choice) : plain;
}

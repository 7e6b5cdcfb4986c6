/**
 * Who is called by name in a text, behind an `@` of either width.
 *
 * @typedef {{ id: string, name: string, unit: string }} Person
 */

export const AT_MOST = 10;
const SHOWN = 8;
const STOP = /[\s，。、；：！？,.;:!?]/;
const SIGNS = ['@', '＠'];

/**
 * The letters between the last @ and the caret; null when no name is being typed.
 *
 * @param {string} before the text before the caret
 * @returns {string | null}
 */
export function typedName(before) {
  return /[@＠]([^\s@＠]{0,20})$/.exec(before)?.[1] ?? null;
}

/**
 * Whose name has been typed out, with a blank or a stop behind it; nobody when several people have this name.
 *
 * @param {string} before the text before the caret
 * @param {Person[]} people
 * @returns {Person | undefined}
 */
export function typedOut(before, people) {
  const text = before.slice(0, -1);
  const called = STOP.test(before.slice(-1))
    ? people.filter((person) => SIGNS.some((sign) => text.endsWith(sign + person.name)))
    : [];
  return called.length === 1 ? called[0] : undefined;
}

/**
 * Who is offered while a name is typed: whoever is not called yet and whose name or unit holds the letters.
 *
 * @param {string | null} letters
 * @param {Person[]} people
 * @param {Person[]} chosen
 * @returns {Person[]}
 */
export function offered(letters, people, chosen) {
  if (letters === null || chosen.length >= AT_MOST) {
    return [];
  }
  const free = people.filter((person) => !chosen.includes(person));
  return free.filter((person) => `${person.name}${person.unit}`.includes(letters)).slice(0, SHOWN);
}

/**
 * The text in which a person is named and not called any more.
 *
 * @param {string} text
 * @param {Person} person
 */
export function uncalled(text, person) {
  return SIGNS.reduce((changed, sign) => changed.replaceAll(sign + person.name, person.name), text);
}

/**
 * Names in the reader's language, and room for them: the file says how wide a label of the original
 * language is, which wraps a longer word in the middle, or even the original when fonts differ a little.
 */
import { textWidth } from '../logic/labels.js';

/** What the library gives a label for which the file says nothing. */
const WIDEST = 90;
const SLACK = 6;

/**
 * @param {any} definitions as read, before anything is drawn
 * @param {Record<string, any>} elementsById
 * @param {Record<string, string>} names
 */
export function giveNames(definitions, elementsById, names) {
  for (const [id, name] of Object.entries(names)) {
    if (elementsById[id]) {
      elementsById[id].name = name;
    }
  }
  for (const diagram of definitions.diagrams ?? []) {
    for (const { bpmnElement, label } of diagram.plane?.planeElement ?? []) {
      const bounds = label?.bounds;
      if (bounds && bpmnElement) {
        const wanted = Math.min(WIDEST, textWidth(names[bpmnElement.id] ?? ''));
        const width = Math.max(bounds.width, wanted) + SLACK;
        bounds.x -= (width - bounds.width) / 2;
        bounds.width = width;
      }
    }
  }
}

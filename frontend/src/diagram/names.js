/** Names in the reader's language, and room for them. */
import { roomFor, stretchAt } from '../logic/room.js';

/** Fonts differ a little: without this even the original would be wrapped in the middle of a word. */
const SLACK = 6;

/**
 * @param {{ fontFamily: string, fontSize: number }} font
 * @returns {(text: string) => number}
 */
function measuring({ fontFamily, fontSize }) {
  const pen = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));
  pen.font = `${fontSize}px ${fontFamily}`;
  return (text) => pen.measureText(text).width;
}

/**
 * @param {any} drawn the shape or the flow as the file places it
 * @param {string | undefined} name none: it stays as it was drawn
 * @param {(text: string) => number} measure
 */
function makeRoom({ bounds: shape, waypoint, label: { bounds } }, name, measure) {
  if (!name) {
    bounds.x -= SLACK / 2;
    bounds.width += SLACK;
    return;
  }
  const { owner, most } = waypoint ? stretchAt(waypoint, bounds) : { owner: shape, most: undefined };
  Object.assign(bounds, roomFor(name, bounds, owner, measure, most));
}

/**
 * @param {any} definitions as read, before anything is drawn
 * @param {Record<string, any>} elementsById
 * @param {Record<string, string>} names
 * @param {{ fontFamily: string, fontSize: number }} font
 */
export function giveNames(definitions, elementsById, names, font) {
  for (const [id, name] of Object.entries(names)) {
    if (elementsById[id]) {
      elementsById[id].name = name;
    }
  }
  const measure = measuring(font);
  for (const diagram of definitions.diagrams ?? []) {
    for (const drawn of diagram.plane?.planeElement ?? []) {
      if (drawn.bpmnElement && drawn.label?.bounds) {
        makeRoom(drawn, names[drawn.bpmnElement.id], measure);
      }
    }
  }
}

/**
 * Heads of lanes that stay at the left edge of the canvas, so that a reader who has moved into the
 * middle of a wide diagram still sees whose lane it is.
 *
 * @typedef {import('../logic/view.js').Box} Box
 */
import { isUpright } from '../logic/labels.js';
import { clamp } from '../logic/view.js';
import { svg } from './svg.js';
import { HEADER, uprightName } from './upright_lanes.js';

const LAYER = 'lianban-lane-heads';
/** Above elements and marks. */
const LAYER_INDEX = 20;

/**
 * @param {any} viewer
 * @returns {(box: Box) => void} moves the heads to the edge of the part that is shown
 */
export function drawLaneHeads(viewer) {
  const registry = viewer.get('elementRegistry');
  const layer = viewer.get('canvas').getLayer(LAYER, LAYER_INDEX);
  const lanes = registry.filter(
    (/** @type {any} */ element) => element.type === 'bpmn:Lane' && element.di?.isHorizontal !== false,
  );

  const heads = lanes.map((/** @type {any} */ lane) => {
    const own = registry.getGraphics(lane).querySelector('.djs-label');
    const name = lane.businessObject.name ?? '';
    const label = isUpright(name) ? uprightName(name, lane.height) : own?.cloneNode(true);
    const head = svg('g', { class: 'lane__stays' }, [
      svg('rect', { width: HEADER, height: lane.height, class: 'lane__head' }),
      ...(label ? [label] : []),
    ]);
    layer.append(head);
    return { lane, head, label, upright: isUpright(name), length: Array.from(name).length * 13 };
  });

  return (box) => {
    for (const { lane, head, label, upright, length } of heads) {
      const x = clamp(box.x, lane.x, lane.x + lane.width - HEADER);
      head.setAttribute('transform', `translate(${x} ${lane.y})`);
      if (upright) {
        // The name goes with the part of the lane that is in view, as far as the lane allows.
        const top = Math.max(lane.y, box.y);
        const bottom = Math.min(lane.y + lane.height, box.y + box.height);
        const half = Math.min(length, lane.height) / 2 + 4;
        const middle = clamp((top + bottom) / 2 - lane.y, half, Math.max(half, lane.height - half));
        label.setAttribute('transform', `translate(0 ${middle})`);
      }
    }
  };
}

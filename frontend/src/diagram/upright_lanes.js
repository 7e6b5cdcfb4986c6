/**
 * Names of lanes and pools: the library turns them by 90 degrees, so that Chinese characters lie on
 * their side. Here they stand upright, one below the other. Latin names stay turned, as is usual.
 */
import { isExpanded } from 'bpmn-js/lib/util/DiUtil';
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { svg } from './svg.js';

/** Before the library's own renderer, which has 1000. */
const PRIORITY = 1500;
export const HEADER = 30;
const CHARACTER = 13;

/**
 * A name in columns no taller than its lane.
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

/** @param {string} name */
export function isUpright(name) {
  return /\p{Script=Han}/u.test(name);
}

/**
 * @param {string} name
 * @param {number} height of the lane
 * @returns {SVGElement} centred in a header of this height
 */
export function uprightName(name, height) {
  const parts = columns(name, height);
  // Columns of vertical text run from right to left.
  const x = (/** @type {number} */ index) => HEADER / 2 + (parts.length - 1) * 6.5 - index * 13;
  return svg(
    'g',
    { transform: `translate(0 ${height / 2})`, class: 'lane__name' },
    parts.map((part, index) => svg('text', { x: x(index), y: 0 }, [part])),
  );
}

/**
 * @param {any} eventBus
 * @param {any} bpmnRenderer
 */
function UprightLanes(eventBus, bpmnRenderer) {
  eventBus.on('render.shape', PRIORITY, (/** @type {unknown} */ _event, /** @type {any} */ { gfx, element, attrs }) => {
    const lane = is(element, 'bpmn:Lane') || (is(element, 'bpmn:Participant') && isExpanded(element));
    if (!lane) {
      return undefined;
    }
    const shape = bpmnRenderer.drawShape(gfx, element, attrs);
    gfx.classList.add('lane');
    const lying = gfx.querySelector('.djs-label');
    const name = element.businessObject.name ?? '';
    if (element.di?.isHorizontal === false) {
      return shape;
    }
    shape.after(svg('rect', { width: HEADER, height: element.height, class: 'lane__head' }));
    if (lying && isUpright(name)) {
      lying.remove();
      gfx.append(uprightName(name, element.height));
    }
    return shape;
  });
}

// The library's injector goes by these names, which the minifier keeps.
UprightLanes.$inject = ['eventBus', 'bpmnRenderer'];

export const uprightLanes = {
  __init__: ['uprightLanes'],
  uprightLanes: ['type', UprightLanes],
};

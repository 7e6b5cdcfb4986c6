/**
 * Names of lanes and pools: the library turns them by 90 degrees, so that Chinese characters lie on
 * their side. Here they stand upright, one below the other. Latin names stay turned, as is usual.
 */
import { isExpanded } from 'bpmn-js/lib/util/DiUtil';
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { columns, isUpright } from '../logic/labels.js';
import { svg } from './svg.js';

/** Before the library's own renderer, which has 1000. */
const PRIORITY = 1500;
export const HEADER = 30;

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

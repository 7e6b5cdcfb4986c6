/**
 * What a case has done to its diagram: taken flows, done and live nodes, or how many cases stand
 * where. Drawn as SVG in the diagram's own layer, so that it zooms and prints with the diagram.
 * No state is told by colour alone: each has a shape, and the nearest period a sentence.
 *
 * @typedef {'ok' | 'near' | 'over' | 'wait' | 'soft' | 'late' | 'paused'} State
 * @typedef {{ element: string, count?: number, state?: State, label?: string }} Live
 * @typedef {{ element: string, running?: number, overdue?: number, state?: State, label?: string }} Heat
 * @typedef {{ element: string, text: string, state: State }} Found
 * @typedef {{ xml?: string, found?: Found[], taken?: string[], done?: string[], live?: Live[], heat?: Heat[],
 *   lapsing?: string[], names?: Record<string, string>, texts?: Record<string, string> }} Marks
 * @typedef {{ id: string, x: number, y: number, width: number, height: number, type: string,
 *   businessObject: { name?: string } }} Shape
 * @typedef {import('../logic/view.js').Box} Box
 */
import { lines, textWidth } from '../logic/labels.js';
import { byUrgency, byWeight, clamp, place } from '../logic/view.js';
import { svg } from './svg.js';

const LAYER = 'lianban-marks';
/** Above the elements. */
const LAYER_INDEX = 10;

/** Badges shrink with the diagram down to this zoom; below it they keep their size on the screen. */
const SMALLEST_BADGE = 0.8;
const LARGEST_FACTOR = 2.5;
const LARGEST_TICK = 1.4;
const SMALL = ['mark__tick', 'mark__tie'];
/** Sentences would cover the diagram when it is this small. */
const SENTENCES_FROM = 0.5;

/** What holds other elements covers nothing. */
const CONTAINERS = ['bpmn:Participant', 'bpmn:Lane', 'bpmn:SubProcess', 'bpmn:Collaboration', 'bpmn:Process'];

const LINE = 16;

/**
 * The same shapes as the deadline chip of the pages, in a square of 12; a recommended period, or one that stands
 * still, has no shape of its own and is drawn as waiting.
 *
 * @param {State} state
 * @returns {SVGElement}
 */
function glyph(state) {
  /** @type {Partial<Record<State, () => SVGElement[]>> & { wait: () => SVGElement[] }} */
  const shapes = {
    over: () => [
      svg('path', { d: 'M6 .5 12 11.5H0z', class: 'mark__solid' }),
      svg('path', { d: 'M6 4.5v3.2M6 9.3v.3', class: 'mark__bang' }),
    ],
    near: () => [
      svg('circle', { cx: 6, cy: 6, r: 5, class: 'mark__open' }),
      svg('path', { d: 'M6 6V1a5 5 0 0 1 5 5z', class: 'mark__solid' }),
    ],
    ok: () => [svg('circle', { cx: 6, cy: 6, r: 4.5, class: 'mark__solid' })],
    wait: () => [svg('circle', { cx: 6, cy: 6, r: 4.5, class: 'mark__open' })],
  };
  const draw = shapes[state] ?? shapes.wait;
  return svg('g', {}, draw());
}

/**
 * A group at a point of the diagram; `mark__at` is what keeps its size when the diagram gets small.
 *
 * @param {number} x
 * @param {number} y
 * @param {string} kind
 * @param {Element[]} children
 */
function at(x, y, kind, children) {
  return svg('g', { transform: `translate(${x} ${y})`, class: `mark ${kind}` }, [
    svg('g', { class: 'mark__at' }, children),
  ]);
}

/** @param {Shape} shape */
function isRectangle(shape) {
  return !/Event$|Gateway$/.test(shape.type);
}

/**
 * The corner of a shape where a badge sits: of a circle or a diamond, the middle of the slope.
 *
 * @param {Shape} shape
 * @param {'left' | 'right'} side
 */
function corner(shape, side) {
  const reach = isRectangle(shape) ? 0.5 : 0.36;
  return {
    x: shape.x + shape.width * (0.5 + (side === 'right' ? reach : -reach)),
    y: shape.y + shape.height * (0.5 - reach),
  };
}

/**
 * @param {Shape} shape
 * @param {State} state
 */
function ring(shape, state) {
  const gap = 5;
  const { x, y, width, height } = shape;
  const of = `mark mark--${state} mark__ring`;
  if (shape.type.endsWith('Event')) {
    return svg('circle', { cx: x + width / 2, cy: y + height / 2, r: width / 2 + gap, class: of });
  }
  if (shape.type.endsWith('Gateway')) {
    const reach = gap * 1.4;
    const d = `M${x + width / 2} ${y - reach}l${width / 2 + reach} ${height / 2 + reach}l${-width / 2 - reach} ${height / 2 + reach}l${-width / 2 - reach} ${-height / 2 - reach}z`;
    return svg('path', { d, class: of });
  }
  const box = { x: x - gap, y: y - gap, width: width + 2 * gap, height: height + 2 * gap, rx: 10 + gap };
  return svg('rect', { ...box, class: of });
}

/**
 * A number or a short word in a pill, centred on its point.
 *
 * @param {{ x: number, y: number }} point
 * @param {string} text
 * @param {string} kind
 */
function badge(point, text, kind) {
  const width = Math.max(20, textWidth(text) + 10);
  return at(point.x, point.y, `mark__badge ${kind}`, [
    svg('rect', { x: -width / 2, y: -10, width, height: 20, rx: 10 }),
    svg('text', { y: 4.25 }, [text]),
  ]);
}

/** @param {Shape} shape */
function tick(shape) {
  const { x, y } = corner(shape, 'right');
  return at(x, y, 'mark__tick', [svg('circle', { r: 8 }), svg('path', { d: 'm-3.5.25 2.5 2.5 4.5-5' })]);
}

/**
 * A link at the lower left of an event on a border: what it opens is tied to its task, and lapses with it.
 *
 * @param {Shape} shape
 */
function tie({ x, y, width, height }) {
  const d = 'm-1.2 1.2 2.4-2.4M-.4-2.2.9-3.5a1.8 1.8 0 0 1 2.6 2.6L2.2.4M.4 2.2-.9 3.5A1.8 1.8 0 0 1-3.5.9L-2.2-.4';
  return at(x + width * 0.14, y + height * 0.86, 'mark__tie', [svg('circle', { r: 7 }), svg('path', { d })]);
}

/**
 * The sign of a state at the upper left; while its sentence can be read, the sentence carries it.
 *
 * @param {Shape} shape
 * @param {State} state
 * @param {boolean} said
 */
function sign(shape, state, said) {
  const { x, y } = corner(shape, 'left');
  const drawn = glyph(state);
  drawn.setAttribute('transform', 'translate(-10 -11) scale(1.67)');
  return at(x, y, `mark__sign mark--${state}${said ? ' mark__sign--said' : ''}`, [drawn]);
}

/**
 * Who has it and how long still.
 *
 * @param {Shape} shape
 * @param {State} state
 * @param {string} label
 * @param {number} top of the diagram
 * @param {Box[]} taken what it must not hide; it is added
 */
function sentence(shape, state, label, top, taken) {
  const said = lines(label);
  const width = Math.max(...said.map((line, index) => textWidth(line) + (index === said.length - 1 ? 16 : 0))) + 16;
  const height = said.length * LINE + 8;
  const found = place(shape, { width, height }, top, taken);
  taken.push(found);
  const last = said.length - 1;
  const texts = said.map((line, index) =>
    svg('text', { x: index === last ? 24 : 8, y: 15.5 + index * LINE, class: index === last ? 'mark__when' : '' }, [line]),
  );
  const drawn = glyph(state);
  drawn.setAttribute('transform', `translate(8 ${6 + last * LINE})`);
  const box = svg('rect', { width, height, rx: 4 });
  return svg(
    'g',
    { transform: `translate(${found.x} ${found.y})`, class: `mark mark__sentence mark--${state}` },
    [box, drawn, ...texts],
  );
}

/**
 * Marks that belong to one viewer.
 *
 * @param {any} viewer
 * @param {Marks} marks
 * @param {number} top of the diagram
 * @returns {(scale: number) => void} keeps the marks readable at this scale
 */
export function drawMarks(viewer, marks, top) {
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  const layer = canvas.getLayer(LAYER, LAYER_INDEX);
  layer.classList.add('marks');

  /**
   * An instance may run on another version of its diagram: what is not there is not marked.
   *
   * @param {string} id
   * @param {string} kind
   * @returns {Shape | undefined}
   */
  const mark = (id, kind) => {
    const element = registry.get(id);
    if (element) {
      canvas.addMarker(id, kind);
    }
    return element;
  };

  /**
   * The whole sentence on hover, for those who point.
   *
   * @param {Shape} shape
   * @param {string | undefined} label
   */
  const explain = (shape, label) => {
    if (label) {
      const name = shape.businessObject.name;
      registry.getGraphics(shape).prepend(svg('title', {}, [name ? `${name}\n${label}` : label]));
    }
  };

  const taken = registry
    .filter((/** @type {any} */ element) => !element.waypoints && !CONTAINERS.includes(element.type) && !element.hidden)
    .map((/** @type {Box} */ { x, y, width, height }) => ({ x, y, width, height }));
  const live = new Set((marks.live ?? []).map((item) => item.element));

  for (const id of marks.taken ?? []) {
    const flow = mark(id, 'is-taken');
    if (flow) {
      // Over the flows not taken, which may share a stretch with it.
      const group = registry.getGraphics(flow).parentNode;
      group.parentNode.append(group);
    }
  }
  for (const id of marks.done ?? []) {
    const shape = live.has(id) ? undefined : mark(id, 'is-done');
    if (shape && shape.width) {
      layer.append(tick(shape));
    }
  }
  for (const id of marks.lapsing ?? []) {
    const shape = registry.get(id);
    if (shape) {
      explain(shape, marks.texts?.lapses);
      layer.append(tie(shape));
    }
  }
  for (const { element, count = 1, state = 'ok', label } of marks.live ?? []) {
    const shape = mark(element, 'is-live');
    if (shape) {
      canvas.addMarker(element, `is-${state}`);
      explain(shape, label);
      layer.prepend(ring(shape, state));
      layer.append(badge(corner(shape, 'right'), String(count), `mark--${state}`));
      if (state === 'over' || state === 'near') {
        layer.append(sign(shape, state, Boolean(label)));
      }
      if (label) {
        layer.append(sentence(shape, state, label, top, taken));
      }
    }
  }
  for (const { element, text, state } of marks.found ?? []) {
    const shape = mark(element, 'is-live');
    if (shape?.width) {
      layer.prepend(ring(shape, state));
      layer.append(badge(corner(shape, 'right'), text, `mark--${state}`));
    }
  }
  for (const { element, running = 0, overdue = 0, state = overdue ? 'over' : 'ok', label } of marks.heat ?? []) {
    const shape = running || overdue ? mark(element, `heat-${state}`) : undefined;
    if (shape) {
      explain(shape, label);
      layer.append(badge(corner(shape, 'right'), String(running), 'mark--run'));
      if (overdue) {
        const text = (marks.texts?.over ?? '▲{n}').replace('{n}', String(overdue));
        layer.append(badge(corner(shape, 'left'), text, 'mark--over'));
      }
    }
  }

  return (scale) => {
    const factor = clamp(SMALLEST_BADGE / scale, 1, LARGEST_FACTOR);
    for (const group of layer.querySelectorAll('.mark__at')) {
      // Ticks and links are many and say little: they must not hide small gateways and events.
      const most = SMALL.some((kind) => group.parentElement?.classList.contains(kind)) ? LARGEST_TICK : LARGEST_FACTOR;
      group.setAttribute('transform', `scale(${Math.min(factor, most)})`);
    }
    layer.classList.toggle('marks--far', scale < SENTENCES_FROM);
  };
}

/**
 * What a reader came for: the first live element, or where most cases are late.
 *
 * @param {any} viewer
 * @param {Marks} marks
 * @returns {Shape | undefined}
 */
export function focusOf(viewer, marks) {
  const registry = viewer.get('elementRegistry');
  const wanted = [...(marks.found ?? []), ...byUrgency(marks.live ?? []), ...byWeight(marks.heat ?? [])].map((item) => registry.get(item.element)).find(Boolean);
  return wanted ?? registry.find((/** @type {Shape} */ element) => element.type === 'bpmn:StartEvent');
}

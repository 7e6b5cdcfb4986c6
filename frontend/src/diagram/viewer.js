/**
 * A diagram in a page: `<figure data-diagram="URL" data-marks="ID">` with a `.diagram__canvas`, and
 * the marks as JSON in the element with that id.
 *
 * @typedef {import('./marks.js').Marks} Marks
 */
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { MARGIN, fittingScale, grow, readableScale, viewAt } from '../logic/view.js';
import { drawLaneHeads } from './lane_heads.js';
import { locate } from './locate.js';
import { drawMarks, focusOf } from './marks.js';
import { giveNames } from './names.js';
import { movesOf, navigate } from './navigation.js';
import { printWhole } from './print.js';
import { uprightLanes } from './upright_lanes.js';

/** The most of the window that a canvas may take, so that the page around it can be scrolled. */
const TALLEST = 0.7;
const TALLEST_ON_PHONE = 0.6;
const SHORTEST = 240;

/** @param {string} name */
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/**
 * @param {HTMLElement} figure
 * @returns {Marks}
 */
function readMarks(figure) {
  const source = figure.dataset.marks && document.getElementById(figure.dataset.marks);
  return source ? JSON.parse(source.textContent ?? '{}') : {};
}

/**
 * @param {string} url
 * @returns {Promise<string>}
 */
async function readXml(url) {
  const answer = await fetch(url, { credentials: 'same-origin', headers: { Accept: 'application/xml' } });
  if (!answer.ok) {
    throw new Error(`${answer.status} ${url}`);
  }
  return answer.text();
}

/**
 * @param {HTMLElement} container
 * @param {Record<string, string>} names by element, in the reader's language
 */
function makeViewer(container, names) {
  const font = { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12, lineHeight: 1.3 };
  const viewer = new NavigatedViewer({
    container,
    additionalModules: [uprightLanes],
    // Lines are broken with the font they are shown in.
    textRenderer: { defaultStyle: font, externalStyle: font },
    bpmnRenderer: {
      defaultFillColor: token('--paper') || '#fff',
      defaultStrokeColor: token('--control') || '#7d889c',
      defaultLabelColor: token('--ink') || '#1b2334',
    },
    // A wheel that always moves the diagram would trap the page; navigation.js has its own.
    zoomScroll: { enabled: false },
  });
  viewer.get('eventBus').on('import.parse.complete', (/** @type {any} */ { definitions, elementsById }) => {
    if (definitions) {
      giveNames(definitions, elementsById, names, font);
    }
  });
  return viewer;
}

/** What a file holds that somebody has drawn; one that a program has written may hold none. */
const SHAPE = /<[^<>]*\bBPMNShape\b/;

/**
 * A flow has no place of its own: the middle of its way stands for it.
 *
 * @param {{ x: number, y: number }[]} waypoints
 */
function middleOf(waypoints) {
  const { x, y } = waypoints[Math.floor(waypoints.length / 2)] ?? { x: 0, y: 0 };
  return { x, y, width: 0, height: 0 };
}

/** The zoom at which labels can be read in this window. */
const readable = () =>
  readableScale(window.innerWidth, parseFloat(getComputedStyle(document.documentElement).fontSize));

/**
 * @param {HTMLElement} figure
 * @param {HTMLElement} container
 * @param {Marks} marks
 */
async function draw(figure, container, marks) {
  const xml = marks.xml ?? (await readXml(figure.dataset.diagram ?? ''));
  if (!SHAPE.test(xml)) {
    say(container, marks.texts?.undrawn ?? '', 'empty');
    return;
  }
  const viewer = makeViewer(container, marks.names ?? {});
  await viewer.importXML(xml);

  const canvas = /** @type {any} */ (viewer.get('canvas'));
  const drawing = /** @type {SVGSVGElement} */ (container.querySelector('.djs-container > svg'));
  // The words are in the page already; the canvas itself takes the focus and the keys.
  drawing.setAttribute('aria-hidden', 'true');
  drawing.setAttribute('tabindex', '-1');
  // The library's mark is a link, and an image may hold none.
  container.setAttribute('role', 'region');

  const inner = canvas.viewbox().inner;
  const whole = grow(inner, MARGIN);
  const focus = focusOf(viewer, marks);
  let moved = false;

  const size = () => ({ width: container.clientWidth, height: container.clientHeight });

  const setHeight = () => {
    const onPhone = window.innerWidth <= 700;
    const tallest = Math.max(SHORTEST, window.innerHeight * (onPhone ? TALLEST_ON_PHONE : TALLEST));
    const scale = Math.max(fittingScale(whole, { width: container.clientWidth, height: Infinity }), readable());
    container.style.height = `${Math.round(Math.min(tallest, whole.height * Math.min(1, scale)))}px`;
    canvas.resized();
  };

  const showFocus = () => {
    const scale = Math.max(fittingScale(whole, size()), readable());
    canvas.viewbox(viewAt(whole, size(), scale, focus));
  };
  const showWhole = () => {
    canvas.viewbox(viewAt(whole, size(), fittingScale(whole, size())));
    moved = true;
  };

  const keepMarks = drawMarks(viewer, marks, inner.y);
  const keepHeads = drawLaneHeads(viewer);
  /** @param {import('../logic/view.js').Box & { scale: number }} box */
  const follow = (box) => {
    keepMarks(box.scale);
    keepHeads(box);
  };
  viewer.get('eventBus').on('canvas.viewbox.changed', (/** @type {any} */ { viewbox }) => follow(viewbox));

  locate((/** @type {string} */ id) => {
    const found = viewer.get('elementRegistry').get(id);
    if (found) {
      const at = found.width ? found : middleOf(found.waypoints);
      canvas.viewbox(viewAt(whole, size(), Math.max(fittingScale(whole, size()), readable()), at));
      moved = true;
    }
  });
  navigate(container, movesOf(canvas, () => { moved = true; }), showWhole, marks.texts ?? {});
  viewer.get('eventBus').on('element.mousedown', () => { moved = true; });
  printWhole(drawing, whole, follow, () => canvas.viewbox());

  // Also the first placing: a canvas in a closed part of the page has no size yet.
  let width = 0;
  new ResizeObserver(() => {
    if (container.clientWidth && container.clientWidth !== width) {
      width = container.clientWidth;
      setHeight();
      if (!moved) {
        showFocus();
      }
    }
  }).observe(container);
}

/**
 * @param {HTMLElement} container
 * @param {string} text in place of the picture
 * @param {string} look its class
 * @returns {HTMLElement}
 */
function say(container, text, look) {
  const said = document.createElement('p');
  said.className = look;
  said.textContent = text;
  container.style.height = 'auto';
  container.replaceChildren(said);
  return said;
}

/** @param {HTMLElement} figure */
export async function showDiagram(figure) {
  const container = /** @type {HTMLElement | null} */ (figure.querySelector('.diagram__canvas'));
  if (!container) {
    return;
  }
  const marks = readMarks(figure);
  figure.dataset.state = 'loading';
  container.setAttribute('aria-busy', 'true');
  try {
    await draw(figure, container, marks);
    figure.dataset.state = 'ready';
  } catch (problem) {
    console.error(problem);
    figure.dataset.state = 'failed';
    say(container, marks.texts?.failed ?? '', 'diagram__failed').setAttribute('role', 'alert');
  } finally {
    container.removeAttribute('aria-busy');
  }
}

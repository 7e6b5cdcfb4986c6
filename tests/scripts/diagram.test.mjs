import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grip, ownerOf } from '../../frontend/src/logic/fingers.js';
import { columns, isUpright, lines, textWidth } from '../../frontend/src/logic/labels.js';
import { roomFor, stretchAt } from '../../frontend/src/logic/room.js';
import {
  byUrgency, byWeight, clamp, fittingScale, grow, meet, place, readableScale, viewAt,
} from '../../frontend/src/logic/view.js';

const CONTENT = { x: 0, y: 0, width: 2000, height: 500 };
const CANVAS = { width: 1000, height: 400 };

test('a character takes the whole square, a letter about half of it', () => {
  assert.equal(textWidth('办结 ok'), 24 + 3 * 7);
  assert.equal(textWidth('𠮷▲'), 24);
});

test('a sentence is parted at its first comma, and cut where it would be too long', () => {
  assert.deepEqual(lines('周燕，还有 2 个工作日，可延期'), ['周燕', '还有 2 个工作日，可延期']);
  assert.deepEqual(lines('Zhou Yan, 2 days left'), ['Zhou Yan', '2 days left']);
  assert.deepEqual(lines('一'.repeat(25)), [`${'一'.repeat(23)}…`]);
  assert.deepEqual(lines('，'), ['，']);
});

test('an upright name has at most two columns, no taller than its lane', () => {
  assert.deepEqual(columns('移送单位', 100), ['移送单位']);
  assert.deepEqual(columns('市 司法局法治监督科', 90), ['市司法局法', '治监督科']);
  assert.deepEqual(columns('一二三四五六七八九', 51), ['一二三', '四五…']);
  assert.ok(isUpright('A 部门'));
  assert.ok(!isUpright('Department'));
});

const GATEWAY = { x: 100, y: 100, width: 50, height: 50 };
/** Ten wide a letter. @param {string} text */
const tens = (text) => text.length * 10;

test('a longer name grows away from what it names', () => {
  const right = roomFor('Approved', { x: 152, y: 118, width: 30, height: 14 }, GATEWAY, tens);
  assert.deepEqual([right.x, right.width], [152, 86]);
  const left = roomFor('Approved', { x: 68, y: 118, width: 30, height: 14 }, GATEWAY, tens);
  assert.equal(left.x + left.width, 98);
  const beneath = roomFor('Approved', { x: 110, y: 155, width: 30, height: 14 }, GATEWAY, tens);
  assert.deepEqual([beneath.x + beneath.width / 2, beneath.y], [125, 155]);
});

test('a name of two lines above a shape ends where the original ended', () => {
  const above = roomFor('Approved again?', { x: 110, y: 80, width: 30, height: 14 }, GATEWAY, tens);
  assert.equal(above.y + above.height, 94);
  assert.ok(above.height > 30);
});

test('a name on a flow is as wide as its stretch, and no word is broken', () => {
  const label = { x: 155, y: 108, width: 24, height: 14 };
  const { owner, most } = stretchAt([{ x: 150, y: 125 }, { x: 200, y: 125 }, { x: 200, y: 300 }], label);
  assert.deepEqual([owner.x, owner.y, most], [150, 125, 45]);
  const room = roomFor('Not yet done', label, owner, tens, most);
  assert.deepEqual([room.x, room.width], [155, 51]);
  const long = roomFor('Confirmed', label, owner, tens, most);
  assert.deepEqual([long.x, long.width], [132.5, 96]);
  assert.equal(stretchAt([{ x: 150, y: 125 }, { x: 200, y: 125 }, { x: 200, y: 300 }], { ...label, x: 205, y: 220 }).owner.x, 200);
});

test('a diagram that fits is centred and never magnified', () => {
  assert.equal(fittingScale({ x: 0, y: 0, width: 100, height: 100 }, CANVAS), 1);
  assert.equal(fittingScale(CONTENT, CANVAS), 0.5);
  assert.deepEqual(viewAt(CONTENT, CANVAS, 0.5), { x: 0, y: -150, width: 2000, height: 800 });
});

test('no empty space is shown while there is diagram to show', () => {
  const views = [0, 990, 1980].map((x) => viewAt(CONTENT, CANVAS, 1, { x, y: 240, width: 20, height: 20 }));
  assert.deepEqual(views.map((view) => view.x), [0, 500, 1000]);
});

test('labels can be read on a phone and in large type', () => {
  assert.equal(readableScale(1366, 16), 0.85);
  assert.equal(readableScale(390, 16), 1);
  assert.equal(readableScale(390, 20), 1.25);
});

test('a box grows on all sides, a value is held between its bounds', () => {
  assert.deepEqual(grow({ x: 5, y: 5, width: 10, height: 20 }, 2), { x: 3, y: 3, width: 14, height: 24 });
  assert.deepEqual([-1, 0.5, 9].map((value) => clamp(value, 0, 1)), [0, 0.5, 1]);
});

test('boxes that only touch do not cover each other', () => {
  const box = { x: 0, y: 0, width: 10, height: 10 };
  assert.ok(meet(box, { ...box, x: 9 }));
  assert.ok(!meet(box, { ...box, x: 10 }));
  assert.ok(!meet(box, { ...box, y: 10 }));
});

test('a sentence stands above its node, else where it hides nothing, never above the diagram', () => {
  const node = { x: 100, y: 100, width: 100, height: 80 };
  const size = { width: 60, height: 24 };
  const above = { x: 120, y: 64, width: 60, height: 24 };
  assert.deepEqual(place(node, size, 0, [node]), above);
  assert.deepEqual(place(node, size, 0, [node, above]), { ...above, x: 120, y: 192 });
  assert.equal(place(node, size, 100, [node]).y, 192);
  const everywhere = { x: -1000, y: -1000, width: 5000, height: 5000 };
  assert.deepEqual(place(node, size, 0, [everywhere]), above);
  assert.equal(place(node, size, 1000, []).y, 192);
});

test('the reader is shown what is late, then what is nearly so, then where most are late', () => {
  const live = [{ state: 'wait' }, {}, { state: 'near' }, { state: 'over' }];
  assert.deepEqual(byUrgency(live), [live[3], live[2], live[1], live[0]]);
  const heat = [{ running: 9 }, { overdue: 1 }, { running: 3, overdue: 1 }];
  assert.deepEqual(byWeight(heat), [heat[2], heat[1], heat[0]]);
  assert.deepEqual(live[0], { state: 'wait' });
});

test('two fingers have a centre and a spread, one finger no spread', () => {
  assert.deepEqual(grip([{ x: 0, y: 0 }, { x: 6, y: 8 }]), { centre: { x: 3, y: 4 }, spread: 10 });
  assert.deepEqual(grip([{ x: 4, y: 2 }]), { centre: { x: 4, y: 2 }, spread: 0 });
});

test('a vertical swipe is the page’s, a sideways one the diagram’s, a small one nobody’s yet', () => {
  assert.equal(ownerOf(3, 7), undefined);
  assert.equal(ownerOf(3, -8), 'page');
  assert.equal(ownerOf(-9, 8), 'diagram');
  assert.equal(ownerOf(8, 8), 'diagram');
});

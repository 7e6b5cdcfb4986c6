import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSecondClick, nextUnticked } from '../../frontend/src/logic/reading.js';

test('the second click of a double one comes soon and at the same spot', () => {
  const first = { at: 1000, x: 100, y: 50 };
  assert.ok(isSecondClick(first, { at: 1499, x: 109, y: 41 }));
  assert.ok(!isSecondClick(first, { at: 1500, x: 100, y: 50 }));
  assert.ok(!isSecondClick(first, { at: 1100, x: 110, y: 50 }));
  assert.ok(!isSecondClick(first, { at: 1100, x: 100, y: 60 }));
  assert.ok(!isSecondClick({ at: -Infinity, x: 0, y: 0 }, { at: 0, x: 0, y: 0 }));
});

test('the next paper is the nearest behind that is not ticked, then from the start, never the same', () => {
  const ticked = new Set(['b']);
  const next = (here) => nextUnticked(['a', 'b', 'c', 'd'], here, (paper) => ticked.has(paper));
  assert.equal(next(0), 'c');
  assert.equal(next(3), 'a');
  assert.equal(next(-1), 'a');
  assert.equal(nextUnticked(['a', 'b'], 0, (paper) => ticked.has(paper)), undefined);
});

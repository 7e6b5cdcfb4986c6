import assert from 'node:assert/strict';
import { test } from 'node:test';
import { around, isAlone, neighbour, tabAt, takesLetters } from '../../frontend/src/logic/keys.js';

const PLAIN = { ctrlKey: false, metaKey: false, altKey: false, isComposing: false };

test('a key alone is one with which nothing is held down and that writes no letter', () => {
  assert.ok(isAlone(PLAIN));
  for (const held of Object.keys(PLAIN)) {
    assert.ok(!isAlone({ ...PLAIN, [held]: true }), held);
  }
});

test('letters go into fields and lists, not into boxes and buttons', () => {
  assert.ok(takesLetters('TEXTAREA', 'textarea'));
  assert.ok(takesLetters('SELECT', 'select-one'));
  assert.ok(takesLetters('INPUT', 'date'));
  assert.ok(!takesLetters('INPUT', 'checkbox'));
  assert.ok(!takesLetters('INPUT', 'radio'));
  assert.ok(!takesLetters('INPUT', 'submit'));
  assert.ok(!takesLetters('BUTTON', 'button'));
  assert.ok(!takesLetters('DIV', undefined));
});

test('a list ends at its ends, and is entered at the one that the key comes from', () => {
  assert.equal(neighbour(0, 1, 3), 1);
  assert.equal(neighbour(2, 1, 3), undefined);
  assert.equal(neighbour(0, -1, 3), undefined);
  assert.equal(neighbour(-1, 1, 3), 0);
  assert.equal(neighbour(-1, -1, 3), 2);
  assert.equal(neighbour(-1, 1, 0), undefined);
  assert.equal(neighbour(-1, -1, 0), undefined);
});

test('a menu goes round', () => {
  assert.equal(around(2, 1, 3), 0);
  assert.equal(around(0, -1, 3), 2);
  assert.equal(around(-1, 1, 3), 0);
  assert.equal(around(-1, -1, 3), 2);
});

test('arrows and the keys for the ends lead through tabs, other keys nowhere', () => {
  assert.equal(tabAt('ArrowRight', 2, 3), 0);
  assert.equal(tabAt('ArrowLeft', 0, 3), 2);
  assert.equal(tabAt('Home', 2, 3), 0);
  assert.equal(tabAt('End', 0, 3), 2);
  assert.equal(tabAt('ArrowDown', 0, 3), undefined);
  assert.equal(tabAt('constructor', 0, 3), undefined);
});

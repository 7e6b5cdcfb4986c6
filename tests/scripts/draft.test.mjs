import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Kept, fingerprintOf, fitsLeaving } from '../../frontend/src/logic/draft.js';

test('a fingerprint tells apart values, names, order and files', () => {
  const one = fingerprintOf([['a', '1'], ['b', '2']]);
  assert.equal(one, fingerprintOf(new Map([['a', '1'], ['b', '2']])));
  assert.notEqual(one, fingerprintOf([['b', '2'], ['a', '1']]));
  assert.notEqual(fingerprintOf([['a', 'b,c']]), fingerprintOf([['a', 'b'], ['c', '']]));
  const file = { name: '照片.jpg', size: 10 };
  assert.notEqual(fingerprintOf([['f', file]]), fingerprintOf([['f', { ...file, size: 11 }]]));
});

test('a page that is leaving sends no more than browsers allow', () => {
  assert.ok(fitsLeaving('x'.repeat(59_999)));
  assert.ok(!fitsLeaving('x'.repeat(60_000)));
});

test('a form is saved when something in it is new', () => {
  const kept = new Kept('as it came', false);
  assert.ok(!kept.isDue('as it came'));
  assert.ok(kept.isDue('changed'));
  kept.safe = 'changed';
  assert.ok(!kept.isDue('changed'));
});

test('a form that comes with unsaved values is saved, and lost by leaving, though nobody has touched it', () => {
  const kept = new Kept('as it came', true);
  assert.ok(kept.isDue('as it came'));
  assert.ok(kept.isLost('as it came'));
  kept.shown('as it came');
  assert.ok(kept.isDue('as it came'));
});

test('nothing is saved while something is on its way or the form has been sent', () => {
  const kept = new Kept('a', false);
  kept.saving = true;
  assert.ok(!kept.isDue('b'));
  assert.ok(kept.isLost('b'));
  kept.saving = false;
  kept.submitted = true;
  assert.ok(!kept.isDue('b'));
  assert.ok(!kept.isLost('b'));
});

test('what the browser gives back to an untouched page is how the form comes', () => {
  const kept = new Kept('empty', false);
  kept.shown('given back');
  assert.ok(!kept.differs('given back'));
});

test('what was typed and not sent stays unsaved when the page is come back to', () => {
  const kept = new Kept('empty', false);
  kept.touch();
  kept.shown('typed');
  assert.ok(kept.differs('typed'));
});

test('what was sent is kept when the page is come back to, and can be changed again', () => {
  const kept = new Kept('empty', false);
  kept.touch();
  kept.submitted = true;
  kept.shown('sent');
  assert.ok(!kept.isLost('sent'));
  assert.ok(kept.isDue('changed again'));
});

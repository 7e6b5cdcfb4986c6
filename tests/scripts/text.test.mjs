import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockTime, count, fill, lengthOf } from '../../frontend/src/logic/text.js';

test('a sentence takes the values that are given and keeps the places that have none', () => {
  assert.equal(fill('已写 {n} 字，最多 {max} 字', { n: 0, max: 500 }), '已写 0 字，最多 500 字');
  assert.equal(fill('{n} of {of}', { n: 1 }), '1 of {of}');
  assert.equal(fill('{constructor}', {}), '{constructor}');
});

test('a value that looks like a place is not filled in again', () => {
  assert.equal(fill('{name}: {n}', { name: '{n}', n: 3 }), '{n}: 3');
});

test('characters are counted as the server counts them', () => {
  assert.equal(count('  查处𠮷家 \n'), 4);
  assert.equal(count('一\r\n二'), 3);
  assert.equal(count(''), 0);
});

test('a text is too short only once something is written, and too long above the most', () => {
  assert.equal(lengthOf(0, 20, 500).kind, 'text');
  assert.deepEqual(lengthOf(8, 20, 500), { kind: 'short', numbers: { n: 8, m: 12, min: 20, max: 500 } });
  assert.equal(lengthOf(20, 20, 500).kind, 'text');
  assert.equal(lengthOf(500, 20, 500).kind, 'text');
  assert.deepEqual(lengthOf(503, 20, 500), { kind: 'long', numbers: { n: 503, m: 3, min: 20, max: 500 } });
  assert.equal(lengthOf(9, 0, Infinity).kind, 'text');
});

test('the time of day has two digits each', () => {
  assert.equal(clockTime(new Date(2026, 8, 30, 9, 5, 59)), '09:05');
  assert.equal(clockTime(new Date(2026, 8, 30, 0, 0)), '00:00');
});

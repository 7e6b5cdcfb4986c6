import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readableSize, tooLarge } from '../../frontend/src/logic/files.js';
import { hex } from '../../frontend/src/logic/ids.js';
import { newId } from '../../frontend/src/pages/page.js';

test('sizes are written with at most three digits before the unit changes', () => {
  const said = [0, 1023, 1024, 1536, 102_400, 1024 ** 2 - 1, 1024 ** 2, 5 * 1024 ** 3, 5000 * 1024 ** 3].map(readableSize);
  assert.deepEqual(said, ['0 B', '1023 B', '1.0 KB', '1.5 KB', '100 KB', '1.0 MB', '1.0 MB', '5.0 GB', '5000 GB']);
  assert.equal(readableSize(99.97 * 1024), '100 KB');
});

test('a file may be as large as the server takes and no larger', () => {
  const files = [{ size: 10 }, { size: 11 }];
  assert.equal(tooLarge(files, 11), undefined);
  assert.equal(tooLarge(files, 10), files[1]);
  assert.equal(tooLarge(files, Infinity), undefined);
});

test('an id is two digits a byte, also of small bytes', () => {
  assert.equal(hex(new Uint8Array([0, 1, 10, 255])), '00010aff');
});

test('ids of windows and forms are given once', () => {
  const ids = Array.from({ length: 100 }, newId);
  assert.ok(ids.every((id) => /^[0-9a-f]{32}$/.test(id)));
  assert.equal(new Set(ids).size, ids.length);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { find, parted, rank } from '../../frontend/src/logic/matters.js';

const MATTER = { code: 'HJ-12', title: '露天焚烧 秸秆', pinyin: 'lutianfenshaojiegan', initials: 'ltfsjg' };

test('a matter fits best by its code, then by the beginning of its name, then by how it is read', () => {
  const ranks = ['hj-12', '露天', '焚烧', 'ltf', 'fsj', 'fenshao', '-12', '噪声'].map((wanted) => rank(MATTER, wanted));
  assert.deepEqual(ranks, [6, 5, 4, 3, 2, 1, 1, 0]);
});

test('width, capitals and blanks tell nothing apart', () => {
  for (const text of ['ＨＪ－１２', ' hj - 12 ', '焚烧秸秆', '焚烧 秸秆', 'LTFSJG']) {
    assert.deepEqual(find([MATTER], text), [MATTER], text);
  }
});

test('what fits best comes first, each matter once, and what does not fit is left out', () => {
  const recent = { ...MATTER, group: 'recent' };
  const other = { code: 'SZ-1', title: '焚烧垃圾', pinyin: 'fenshaolaji', initials: 'fslj' };
  const third = { code: 'SZ-2', title: '噪声', pinyin: 'zaosheng', initials: 'zs' };
  assert.deepEqual(find([recent, other, third, MATTER], '焚烧'), [other, recent]);
});

test('with nothing typed all matters are there, in their groups', () => {
  assert.deepEqual(find([MATTER, MATTER], ' '), [MATTER, MATTER]);
});

test('a title is parted at what was typed, as it stands there', () => {
  assert.deepEqual(parted('露天焚烧 秸秆等', '烧秸'), ['露天焚', '烧 秸', '秆等']);
  assert.deepEqual(parted('噪声 ＡＢ 类', 'ab'), ['噪声 ', 'ＡＢ', ' 类']);
  assert.deepEqual(parted('𠮷家㎏超限', 'kg超'), ['𠮷家', '㎏超', '限']);
  assert.equal(parted('噪声', '焚烧'), undefined);
  assert.equal(parted('噪声', ' '), undefined);
});

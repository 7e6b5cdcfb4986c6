import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offered, typedName, typedOut, uncalled } from '../../frontend/src/logic/people.js';

const PEOPLE = [
  { id: '1', name: '周燕', unit: '生态环境局' },
  { id: '2', name: '周燕飞', unit: '司法局' },
  { id: '3', name: '陆远', unit: '青禾镇' },
  { id: '4', name: '陆远', unit: '司法局' },
];

test('a name is typed from the last sign to the caret', () => {
  assert.equal(typedName('请@周'), '周');
  assert.equal(typedName('请＠'), '');
  assert.equal(typedName('@周燕 请看'), null);
  assert.equal(typedName('a@b@c'), 'c');
  assert.equal(typedName('没有'), null);
  assert.equal(typedName(`@${'很'.repeat(21)}`), null);
});

test('a name with a blank or a stop behind it is typed out', () => {
  assert.equal(typedOut('请@周燕，', PEOPLE), PEOPLE[0]);
  assert.equal(typedOut('请＠周燕飞 ', PEOPLE), PEOPLE[1]);
  assert.equal(typedOut('请@周燕', PEOPLE), undefined);
  assert.equal(typedOut('请周燕，', PEOPLE), undefined);
});

test('a name that several people have calls nobody', () => {
  assert.equal(typedOut('请@陆远。', PEOPLE), undefined);
});

test('offered is who is not called yet, by name or unit, and at most eight', () => {
  assert.deepEqual(offered('司法', PEOPLE, []), [PEOPLE[1], PEOPLE[3]]);
  assert.deepEqual(offered('周', PEOPLE, [PEOPLE[0]]), [PEOPLE[1]]);
  assert.deepEqual(offered(null, PEOPLE, []), []);
  const many = Array.from({ length: 20 }, (_, index) => ({ id: `n${index}`, name: `甲${index}`, unit: '' }));
  assert.equal(offered('', many, []).length, 8);
  assert.deepEqual(offered('', many, many.slice(0, 10)), []);
});

test('who is not called any more is still named, whichever sign was used', () => {
  assert.equal(uncalled('@周燕 和 ＠周燕，@陆远', PEOPLE[0]), '周燕 和 周燕，@陆远');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describedBy, groupIsHidden, submitText, takesOver } from '../../frontend/src/logic/conditions.js';

test('a group is gone when all its fields are; one without fields stays', () => {
  assert.ok(groupIsHidden([true, true]));
  assert.ok(!groupIsHidden([true, false]));
  assert.ok(!groupIsHidden([]));
});

test('what somebody has typed is not taken over', () => {
  assert.ok(takesOver('', undefined, '3 个工作日'));
  assert.ok(takesOver('3 个工作日', '3 个工作日', '5 个工作日'));
  assert.ok(!takesOver('我写的', '3 个工作日', '5 个工作日'));
  assert.ok(!takesOver('我写的', undefined, '5 个工作日'));
  assert.ok(!takesOver('5 个工作日', '5 个工作日', '5 个工作日'));
});

test('a field that followed and was emptied by hand follows again', () => {
  assert.ok(takesOver('', '3 个工作日', '3 个工作日'));
});

test('a description is named once, and its going leaves the others', () => {
  assert.equal(describedBy('hint-a', 'warn-a', true), 'hint-a warn-a');
  assert.equal(describedBy('hint-a  warn-a', 'warn-a', true), 'hint-a warn-a');
  assert.equal(describedBy('hint-a warn-a', 'warn-a', false), 'hint-a');
  assert.equal(describedBy('', 'warn-a', false), '');
});

test('the button says what it does, and that it waits', () => {
  const words = { plain: '提交', says: '提交：{choice}', waiting: '等待上传' };
  assert.equal(submitText(words, false, '需补正'), '提交：需补正');
  assert.equal(submitText(words, false, ''), '提交');
  assert.equal(submitText(words, true, '需补正'), '等待上传');
  assert.equal(submitText({ plain: '提交' }, true, '需补正'), '提交');
  assert.equal(submitText(words, false, "$& $'"), "提交：$& $'");
});

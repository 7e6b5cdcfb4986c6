import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSignedOut, mayTakeToken, meaning, refusal } from '../../frontend/src/logic/answers.js';

const ANSWER = { ok: false, status: 500, type: 'basic' };

test('a refusal, or a redirect to the login page, says that one has to sign in', () => {
  assert.ok(isSignedOut({ status: 401 }));
  assert.ok(isSignedOut({ status: 0, type: 'opaqueredirect' }));
  assert.ok(!isSignedOut({ status: 403, type: 'basic' }));
});

test('only what the server says in its own sentence is a refusal', () => {
  assert.equal(meaning({ ...ANSWER, ok: true, status: 200 }, null), 'saved');
  assert.equal(meaning({ ...ANSWER, status: 401 }, { message: '请登录' }), 'signedOut');
  assert.equal(meaning({ ...ANSWER, status: 409 }, { message: '已在另一窗口修改' }), 'refused');
  assert.equal(meaning(ANSWER, {}), 'failed');
  assert.equal(meaning(ANSWER, null), 'failed');
});

test('the token of a new session is taken only by the page of the same person', () => {
  assert.ok(mayTakeToken({ token: 't', person: 'p1' }, 'p1'));
  assert.ok(!mayTakeToken({ token: 't', person: 'p2' }, 'p1'));
  assert.ok(!mayTakeToken({ person: 'p1' }, 'p1'));
  assert.ok(!mayTakeToken(null, undefined));
});

test('an upload that did not arrive is told of in the best sentence there is', () => {
  const sentences = { signedOut: '请重新登录', failed: '没有送到' };
  assert.equal(refusal(401, '{"message": "x"}', sentences), '请重新登录');
  assert.equal(refusal(401, '{"message": "x"}', { failed: '没有送到' }), 'x');
  assert.equal(refusal(413, '{"message": "文件太大"}', sentences), '文件太大');
  assert.equal(refusal(502, '<html>', sentences), '没有送到');
  assert.equal(refusal(502, 'null', sentences), '没有送到');
  assert.equal(refusal(502, '<html>', {}), undefined);
});

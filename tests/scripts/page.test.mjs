import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { debounce, post } from '../../frontend/src/pages/page.js';

/** As much of a page as posting needs: the element that holds the token, and whom it belongs to. */
function pageOf(person) {
  const attributes = new Map([['content', 'old']]);
  const meta = {
    dataset: { person },
    getAttribute: (name) => attributes.get(name) ?? null,
    setAttribute: (name, value) => attributes.set(name, value),
  };
  const field = { value: 'old' };
  return { field, querySelector: () => meta, querySelectorAll: () => [field] };
}

/** @type {{ token: string, body: string }[]} */
let sent = [];
/** @type {Response[]} */
let answers = [];

beforeEach(() => {
  sent = [];
  globalThis.document = pageOf('p1');
  globalThis.fetch = async (_url, { headers, body }) => {
    sent.push({ token: headers['X-CSRFToken'], body: String(body) });
    return answers.shift();
  };
});

afterEach(() => {
  delete globalThis.document;
  delete globalThis.fetch;
  delete globalThis.window;
});

const newSession = (person) => Response.json({ token: 'new', person }, { status: 400 });

test('who has signed in again in another window goes on here, and the form takes the new token along', async () => {
  answers = [newSession('p1'), new Response('', { status: 200 })];
  const answer = await post('/draft', new URLSearchParams({ csrf_token: 'old', a: '1' }));
  assert.equal(answer.status, 200);
  assert.deepEqual(sent, [
    { token: 'old', body: 'csrf_token=old&a=1' },
    { token: 'new', body: 'csrf_token=new&a=1' },
  ]);
  assert.equal(document.field.value, 'new');
});

test('when somebody else has signed in nothing is sent in his name', async () => {
  answers = [newSession('p2')];
  assert.equal((await post('/draft', new URLSearchParams())).status, 400);
  assert.equal(sent.length, 1);
  assert.equal(document.field.value, 'old');
});

test('a refusal that names no new token is sent once, and can still be read', async () => {
  answers = [Response.json({ message: '不对' }, { status: 400 })];
  const answer = await post('/draft', new URLSearchParams());
  assert.deepEqual(await answer.json(), { message: '不对' });
  assert.equal(sent.length, 1);
});

test('a token that is refused a second time is not tried for ever', async () => {
  answers = [newSession('p1'), newSession('p1')];
  assert.equal((await post('/draft', new URLSearchParams())).status, 400);
  assert.equal(sent.length, 2);
});

test('of many changes in a row the last one is acted upon, and none after cancelling', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  globalThis.window = globalThis;
  let acted = 0;
  const later = debounce(() => { acted += 1; }, 250);
  later();
  context.mock.timers.tick(200);
  later();
  context.mock.timers.tick(200);
  assert.equal(acted, 0);
  context.mock.timers.tick(50);
  assert.equal(acted, 1);
  later();
  later.cancel();
  context.mock.timers.tick(1000);
  assert.equal(acted, 1);
});

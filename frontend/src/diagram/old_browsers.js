/** What the diagram library takes for granted and Chrome 90 lacks. */

if (typeof window.structuredClone !== 'function') {
  // It clones plain numbers only, so JSON is enough.
  window.structuredClone = (value) => JSON.parse(JSON.stringify(value));
}

if (typeof Object.hasOwn !== 'function') {
  Object.hasOwn = (object, key) => Object.prototype.hasOwnProperty.call(object, key);
}

/** What the diagram library takes for granted and Chrome 90 lacks. */

if (typeof window.structuredClone !== 'function') {
  // It clones plain numbers only, so JSON is enough.
  window.structuredClone = (value) => JSON.parse(JSON.stringify(value));
}

if (!('hasOwn' in Object)) {
  Object.defineProperty(Object, 'hasOwn', {
    configurable: true,
    writable: true,
    value: (/** @type {object} */ object, /** @type {PropertyKey} */ key) => Object.prototype.hasOwnProperty.call(object, key),
  });
}

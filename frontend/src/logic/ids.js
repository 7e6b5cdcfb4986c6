/** Names that are given once: of a form that is sent, of a window that keeps a draft. */

/**
 * Two hexadecimal digits a byte, as the server writes its own ids.
 *
 * @param {Uint8Array} bytes
 */
export function hex(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

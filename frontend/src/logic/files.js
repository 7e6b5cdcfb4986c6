/** Files that are about to be sent. */

const UNITS = ['B', 'KB', 'MB', 'GB'];

/** @param {number} bytes */
export function readableSize(bytes) {
  let amount = bytes;
  let step = 0;
  // Compared as it will be written: 1023.9 KB would stand there as 1024 KB.
  while (Math.round(amount) >= 1024 && step < UNITS.length - 1) {
    amount /= 1024;
    step += 1;
  }
  const whole = step === 0 || Math.round(amount * 10) >= 1000;
  return `${whole ? Math.round(amount) : amount.toFixed(1)} ${UNITS[step]}`;
}

/**
 * The first that is larger than the server takes.
 *
 * @template {{ size: number }} T
 * @param {T[]} files
 * @param {number} most in bytes
 * @returns {T | undefined}
 */
export function tooLarge(files, most) {
  return files.find((file) => file.size > most);
}

/**
 * When a form is kept as a draft, and when leaving it loses something. A form is known by its fingerprint, one string
 * that is different when anything in it is.
 */

/** Browsers send no more than this, in bytes, when a page is already leaving. */
const KEEPALIVE_LIMIT = 60_000;

/**
 * Everything a reader may have changed as one string; of a file its name and size.
 *
 * @param {Iterable<[string, string | { name: string, size: number }]>} entries of the form
 */
export function fingerprintOf(entries) {
  return JSON.stringify(
    [...entries].map(([name, value]) => [name, typeof value === 'string' ? value : `${value.name}:${value.size}`]),
  );
}

/**
 * Whether this may be sent while the page is leaving.
 *
 * @param {string} body as it is sent, ASCII
 */
export function fitsLeaving(body) {
  return body.length < KEEPALIVE_LIMIT;
}

/** What is kept of a form so far. */
export class Kept {
  /**
   * @param {string} now fingerprint of the form as it comes
   * @param {boolean} unsaved whether it comes with values that are kept nowhere
   */
  constructor(now, unsaved) {
    this.touched = unsaved;
    this.safe = unsaved ? '' : now;
    this.saving = false;
    this.submitted = false;
  }

  touch() {
    this.touched = true;
  }

  /** @param {string} now */
  differs(now) {
    return now !== this.safe;
  }

  /** Whether the form is to be saved now: nothing is on its way, and something is new. @param {string} now */
  isDue(now) {
    return !this.submitted && !this.saving && this.differs(now);
  }

  /** Whether leaving the page would lose something. @param {string} now */
  isLost(now) {
    return !this.submitted && this.differs(now);
  }

  /**
   * The page is come to, perhaps again: by now the browser has given back what was typed before. What was sent, or never
   * touched, is what is kept.
   *
   * @param {string} now
   */
  shown(now) {
    if (this.submitted || !this.touched) {
      this.safe = now;
    }
    this.submitted = false;
  }
}

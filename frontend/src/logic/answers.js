/**
 * What an answer of the server means to who keeps something by script.
 *
 * @typedef {'saved' | 'signedOut' | 'refused' | 'failed'} Meaning
 */

/**
 * A redirect can only lead to the login page.
 *
 * @param {{ status: number, type?: string }} answer
 */
export function isSignedOut({ status, type }) {
  return status === 401 || type === 'opaqueredirect';
}

/**
 * Refused is what the server says in its own sentence; anything else has failed.
 *
 * @param {{ ok: boolean, status: number, type?: string }} answer
 * @param {{ message?: string } | null} told the answer's JSON; null when it is none
 * @returns {Meaning}
 */
export function meaning(answer, told) {
  if (answer.ok) {
    return 'saved';
  }
  if (isSignedOut(answer)) {
    return 'signedOut';
  }
  return told?.message ? 'refused' : 'failed';
}

/**
 * Whether the page may take the token of a new session: somebody is signed in, and it is the same person.
 *
 * @param {{ token?: string, person?: string } | null} told
 * @param {string | undefined} person of the page
 */
export function mayTakeToken(told, person) {
  return Boolean(told?.token) && told?.person === person;
}

/**
 * What is said of an upload that did not arrive: that one has to sign in, else the server's own sentence, else that it
 * was not reached. Undefined when the page has no sentence for it.
 *
 * @param {number} status
 * @param {string} text of the answer
 * @param {{ signedOut?: string | undefined, failed?: string | undefined }} sentences
 * @returns {string | undefined}
 */
export function refusal(status, text, { signedOut, failed }) {
  return (status === 401 ? signedOut : undefined) ?? messageIn(text) ?? failed;
}

/**
 * @param {string} text
 * @returns {string | undefined} undefined when the answer is not the server's own
 */
function messageIn(text) {
  try {
    return JSON.parse(text)?.message;
  } catch {
    return undefined;
  }
}

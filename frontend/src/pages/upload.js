/**
 * `<form data-upload>` shows the chosen files with their sizes and sends them with a progress bar. The answer is the
 * page as it would be without a script: the `<section id>` around the form is taken from it, with the list of files or
 * with what is wrong, so that what is being typed elsewhere stays. Without such a section the page is loaded again.
 * When the server refuses, its own sentence is shown.
 *
 * `data-upload="now"` sends as soon as files are chosen. Sentences: `data-failed` when the server was not reached,
 * `data-signed-out`, and `data-too-large` together with `data-max-bytes`.
 */
import { refusal } from '../logic/answers.js';
import { readableSize, tooLarge } from '../logic/files.js';
import { fill } from '../logic/text.js';
import { all, csrfToken, newId, takeNewToken } from './page.js';

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {() => HTMLElement} make
 */
function place(form, name, make) {
  const found = form.querySelector(`[data-upload-${name}]`);
  if (found instanceof HTMLElement) {
    return found;
  }
  const made = make();
  made.setAttribute(`data-upload-${name}`, '');
  form.append(made);
  return made;
}

/**
 * @param {HTMLFormElement} form
 * @param {string} html of the whole page
 * @returns {boolean} whether the page held the section
 */
function takeOver(form, html) {
  const section = form.closest('section[id]');
  const page = new DOMParser().parseFromString(html, 'text/html');
  const fresh = section && page.getElementById(section.id);
  if (!section || !fresh) {
    return false;
  }
  section.replaceWith(fresh);
  document.querySelectorAll('main > .flash').forEach((old) => old.remove());
  document.querySelector('main')?.prepend(...page.querySelectorAll('main > .flash'));
  fresh.querySelectorAll('form[data-upload]').forEach((found) => keepUpload(/** @type {HTMLFormElement} */ (found)));
  const first = /** @type {HTMLElement | null} */ (fresh.querySelector('[aria-invalid="true"], .problem')) ?? fresh;
  first.tabIndex = first.tabIndex < 0 ? -1 : first.tabIndex;
  first.focus();
  return true;
}

/**
 * Other files are another form: only the same ones that are sent again after a broken network count as sent before.
 *
 * @param {HTMLFormElement} form
 */
function renew(form) {
  const once = form.querySelector('input[name="once"]');
  if (once instanceof HTMLInputElement) {
    once.value = newId();
  }
}

/** @param {HTMLFormElement} form */
function keepUpload(form) {
  const inputs = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll('input[type="file"]')]);
  if (!inputs.length) {
    return;
  }
  const chosen = () => inputs.flatMap((input) => [...(input.files ?? [])]); // a camera is an input of its own
  const list = place(form, 'list', () => document.createElement('ul'));
  list.classList.add('upload__list');
  const problem = place(form, 'problem', () => {
    const made = document.createElement('p');
    made.className = 'problem';
    made.setAttribute('role', 'alert');
    made.hidden = true;
    return made;
  });
  const bar = /** @type {HTMLProgressElement} */ (
    place(form, 'progress', () => {
      const made = document.createElement('progress');
      made.className = 'upload__bar';
      made.hidden = true;
      return made;
    })
  );

  /** @param {string | undefined} sentence */
  const say = (sentence) => {
    problem.textContent = sentence ?? '';
    problem.hidden = !sentence;
  };

  /**
   * Without a sentence for it the browser sends the form as if there were no script, and shows what comes.
   *
   * @param {string | undefined} sentence
   */
  const fail = (sentence) => (sentence ? say(sentence) : HTMLFormElement.prototype.submit.call(form));

  const refused = () => tooLarge(chosen(), Number(form.dataset.maxBytes ?? Infinity));

  const show = () => {
    list.replaceChildren(
      ...chosen().map((file) => {
        const item = document.createElement('li');
        const size = document.createElement('span');
        size.textContent = readableSize(file.size);
        item.append(file.name, ' ', size);
        return item;
      }),
    );
    const large = refused();
    say(large && fill(form.dataset.tooLarge ?? '', { name: large.name, size: readableSize(large.size) }));
  };

  /** @param {boolean} [again] Whether it was refused once, for the token of a session that is over. */
  const send = (again = false) => {
    const request = new XMLHttpRequest(); // fetch cannot tell how much has been sent
    const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (form.querySelectorAll('button'));
    const body = new FormData(form);
    /** @param {boolean} on */
    const busy = (on) => {
      bar.hidden = !on;
      buttons.forEach((button) => { button.disabled = on; });
      form.toggleAttribute('data-busy', on);
    };
    request.open('POST', form.getAttribute('action') ?? window.location.href);
    request.setRequestHeader('X-CSRFToken', csrfToken());
    request.setRequestHeader('X-Requested-With', 'fetch'); // errors come as a sentence, not as a page
    request.upload.addEventListener('progress', (event) => {
      bar.max = event.total;
      bar.value = event.loaded;
    });
    request.addEventListener('load', async () => {
      const done = request.status >= 200 && request.status < 300;
      busy(false);
      if (!again && request.status === 400 && (await takeNewToken(new Response(request.responseText)))) {
        send(true);
        return;
      }
      if (takeOver(form, request.responseText)) {
        return;
      }
      if (done) {
        window.location.reload();
      } else {
        fail(refusal(request.status, request.responseText, form.dataset));
      }
    });
    request.addEventListener('error', () => {
      busy(false);
      fail(form.dataset.failed);
    });
    say(undefined);
    bar.removeAttribute('value');
    busy(true);
    request.send(body);
  };

  inputs.forEach((input) => input.addEventListener('change', () => {
    renew(form);
    show();
    if (form.dataset.upload === 'now' && chosen().length && !refused()) {
      send();
    }
  }));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!form.hasAttribute('data-busy') && !refused()) {
      send();
    }
  });
}

export function startUploads() {
  all('form[data-upload]').forEach((form) => keepUpload(/** @type {HTMLFormElement} */ (form)));
}

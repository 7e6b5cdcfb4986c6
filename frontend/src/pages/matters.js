/**
 * `<select data-matters>` becomes one field in which a matter is found by its name, its code, or how it is read (initials or
 * in full). The select stays the form's own: it holds the value, drafts and the server know nothing of this.
 */
import { around } from '../logic/keys.js';
import { find, parted } from '../logic/matters.js';
import { fill } from '../logic/text.js';
import { all } from './page.js';

/** @typedef {import('../logic/matters.js').Matter & { option: HTMLOptionElement, group: string }} Line */

let made = 0;

export function startMatters() {
  for (const select of /** @type {HTMLSelectElement[]} */ (all('select[data-matters]'))) {
    new Matters(select).listen();
  }
}

class Matters {
  /** @param {HTMLSelectElement} select */
  constructor(select) {
    this.select = select;
    this.current = -1;
    /** @type {Line[]} */
    this.found = [];
    const id = select.id;
    made += 1;

    this.frame = document.createElement('div');
    this.frame.className = 'combo';
    this.frame.innerHTML = '<svg class="i" viewBox="0 0 16 16" aria-hidden="true"><use href="#i-search"/></svg>';
    this.input = document.createElement('input');
    this.input.className = 'in';
    this.input.type = 'text';
    this.input.autocomplete = 'off';
    this.input.spellcheck = false;
    for (const name of ['aria-required', 'aria-invalid', 'aria-describedby']) {
      const value = select.getAttribute(name);
      if (value) {
        this.input.setAttribute(name, value);
      }
    }
    this.input.setAttribute('role', 'combobox');
    this.input.setAttribute('aria-autocomplete', 'list');
    this.input.setAttribute('aria-expanded', 'false');
    this.list = document.createElement('ul');
    this.list.className = 'combo-list';
    this.list.id = `matters-${made}`;
    this.list.hidden = true;
    this.list.setAttribute('role', 'listbox');
    this.list.setAttribute('aria-label', select.labels?.[0]?.firstChild?.textContent ?? '');
    this.input.setAttribute('aria-controls', this.list.id);
    this.clear = document.createElement('button');
    this.clear.type = 'button';
    this.clear.className = 'clear';
    this.clear.setAttribute('aria-label', select.dataset.clear ?? '');
    this.clear.innerHTML = '<svg class="i" viewBox="0 0 16 16" aria-hidden="true"><use href="#i-x"/></svg>';
    this.status = document.createElement('span');
    this.status.className = 'sr';
    this.status.setAttribute('role', 'status');

    select.removeAttribute('id');
    select.hidden = true;
    this.input.id = id;
    this.input.disabled = select.disabled;
    select.before(this.frame);
    this.frame.append(this.input, this.clear, this.list, this.status);
    this.show();
  }

  listen() {
    this.input.addEventListener('focus', () => this.input.select());
    this.input.addEventListener('click', () => this.open(''));
    this.input.addEventListener('input', (event) => {
      event.stopPropagation(); // what is typed here is a search and no answer yet
      this.open(this.input.value);
    });
    this.input.addEventListener('change', (event) => event.stopPropagation());
    this.input.addEventListener('keydown', (event) => this.key(event));
    this.input.addEventListener('blur', () => this.leave());
    this.list.addEventListener('pointerdown', (event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener('click', (event) => {
      const line = event.target instanceof Element ? event.target.closest('[data-at]') : null;
      if (line instanceof HTMLElement) {
        this.choose(this.found[Number(line.dataset.at)]);
      }
    });
    this.clear.addEventListener('click', () => {
      this.put('');
      this.input.focus();
      this.open('');
    });
    this.select.addEventListener('change', () => this.show());
    const follow = () => { this.input.disabled = this.select.disabled; };
    new MutationObserver(follow).observe(this.select, { attributeFilter: ['disabled'] });
  }

  /** The field tells what is chosen. */
  show() {
    const option = this.select.selectedOptions[0];
    this.input.value = option?.value ? `${option.value} ${option.dataset.title}` : '';
    this.clear.hidden = !option?.value;
  }

  /** @param {string} text */
  open(text) {
    this.found = find(this.lines(), text);
    this.current = text && this.found.length ? 0 : -1;
    this.draw(text);
    this.list.hidden = false;
    this.input.setAttribute('aria-expanded', 'true');
    this.mark();
  }

  close() {
    this.list.hidden = true;
    this.current = -1;
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
  }

  /** Whoever leaves the field chooses nothing by that: it tells again what is chosen. An emptied field is empty. */
  leave() {
    if (!this.input.value.trim() && this.select.value) {
      this.put('');
    }
    this.close();
    this.show();
  }

  /** @returns {Line[]} */
  lines() {
    return [...this.select.options].filter((option) => option.value).map((option) => ({
      option,
      group: option.closest('optgroup')?.label ?? '',
      code: option.value,
      title: option.dataset.title ?? '',
      pinyin: option.dataset.pinyin ?? '',
      initials: option.dataset.initials ?? '',
    }));
  }

  /** @param {string} text */
  draw(text) {
    this.list.textContent = '';
    const grouped = !text.trim(); // what is found comes in the order in which it fits
    let group = '';
    this.found.forEach(({ option, group: own }, at) => {
      if (grouped && own && own !== group) {
        group = own;
        const heading = this.list.appendChild(document.createElement('li'));
        heading.className = 'grp';
        heading.setAttribute('role', 'presentation');
        heading.textContent = own;
      }
      this.list.append(this.line(option, at, text));
    });
    this.status.textContent = fill((this.found.length ? this.select.dataset.count : this.select.dataset.none) ?? '', {
      n: this.found.length,
      text,
    });
    if (!this.found.length) {
      const none = this.list.appendChild(document.createElement('li'));
      none.className = 'none';
      none.textContent = this.status.textContent;
    }
  }

  /**
   * The basis of a matter with the department that supervises it, in the page's words.
   * @param {string} basis
   * @param {string} department
   */
  beside(basis, department) {
    const words = this.select.dataset.departmentWords ?? '';
    return words.replace('{basis}', () => basis).replace('{department}', () => department);
  }

  /**
   * @param {HTMLOptionElement} option
   * @param {number} at
   * @param {string} text
   */
  line(option, at, text) {
    const { title, basis, who, sign, kind, since, department } = option.dataset;
    const line = document.createElement('li');
    line.id = `${this.list.id}-${at}`;
    line.dataset.at = String(at);
    line.setAttribute('role', 'option');
    line.setAttribute('aria-selected', 'false');
    const code = line.appendChild(document.createElement('code'));
    code.textContent = option.value;
    const name = line.appendChild(document.createElement('span'));
    const bold = name.appendChild(document.createElement('b'));
    bold.append(...marked(title ?? '', text));
    const small = name.appendChild(document.createElement('small'));
    small.textContent = kind === 'town' && department ? this.beside(basis ?? '', department) : (basis ?? '');
    const side = line.appendChild(document.createElement('span'));
    side.className = 'who';
    const unit = side.appendChild(document.createElement('span'));
    unit.className = `unit ${kind === 'town' ? 'unit--town' : ''}`;
    const badge = unit.appendChild(document.createElement('b'));
    badge.setAttribute('aria-hidden', 'true');
    badge.textContent = sign ?? '';
    unit.append(who ?? '');
    if (since) {
      side.appendChild(document.createElement('small')).textContent = since;
    }
    return line;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (this.list.hidden) {
        this.open('');
      } else if (this.found.length) {
        this.current = around(this.current, event.key === 'ArrowDown' ? 1 : -1, this.found.length);
        this.mark();
      }
    } else if (event.key === 'Enter' && !this.list.hidden) {
      event.preventDefault(); // chooses, and does not send the form
      if (this.current >= 0) {
        this.choose(this.found[this.current]);
      }
    } else if (event.key === 'Escape' && !this.list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
      this.show();
    } else if (event.key === 'Tab' && !this.list.hidden && this.current >= 0) {
      this.choose(this.found[this.current]);
    }
  }

  mark() {
    for (const line of this.list.querySelectorAll('[role=option]')) {
      const on = /** @type {HTMLElement} */ (line).dataset.at === String(this.current);
      line.setAttribute('aria-selected', String(on));
      if (on) {
        this.input.setAttribute('aria-activedescendant', line.id);
        line.scrollIntoView({ block: 'nearest' });
      }
    }
    if (this.current < 0) {
      this.input.removeAttribute('aria-activedescendant');
    }
  }

  /** @param {Line | undefined} line */
  choose(line) {
    if (line) {
      this.put(line.option.value);
      this.close();
    }
  }

  /** @param {string} value */
  put(value) {
    if (this.select.value !== value) {
      this.select.value = value;
      this.select.dispatchEvent(new Event('input', { bubbles: true }));
      this.select.dispatchEvent(new Event('change', { bubbles: true }));
    }
    this.show();
  }
}

/**
 * The title with the typed words marked.
 *
 * @param {string} title
 * @param {string} text
 */
function marked(title, text) {
  const [before, within, behind] = parted(title, text) ?? [title, '', ''];
  if (!within) {
    return [title];
  }
  const mark = document.createElement('mark');
  mark.textContent = within;
  return [before, mark, behind];
}

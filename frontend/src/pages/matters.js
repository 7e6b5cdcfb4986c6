/**
 * `<select data-matters>` becomes one field in which a matter is found by its name, its code, or how it is read (initials or
 * in full). The select stays the form's own: it holds the value, drafts and the server know nothing of this.
 */
import { all, fill } from './page.js';

/** @typedef {{ option: HTMLOptionElement, group: string }} Line */

let made = 0;

export function startMatters() {
  for (const select of /** @type {HTMLSelectElement[]} */ (all('select[data-matters]'))) {
    new Matters(select);
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
    select.addEventListener('change', () => this.show());
    new MutationObserver(() => (this.input.disabled = select.disabled)).observe(select, { attributeFilter: ['disabled'] });
  }

  /** The field tells what is chosen. */
  show() {
    const option = this.select.selectedOptions[0];
    this.input.value = option?.value ? `${option.value} ${option.dataset.title}` : '';
    this.clear.hidden = !option?.value;
  }

  /** @param {string} text */
  open(text) {
    this.found = this.search(text);
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

  /**
   * @param {string} text
   * @returns {Line[]}
   */
  search(text) {
    const wanted = text.normalize('NFKC').toLowerCase().replace(/\s+/g, '');
    const options = /** @type {HTMLOptionElement[]} */ ([...this.select.options].filter((option) => option.value));
    const lines = options.map((option) => ({ option, group: option.closest('optgroup')?.label ?? '' }));
    if (!wanted) {
      return lines;
    }
    const once = new Set();
    return lines
      .filter(({ option }) => !once.has(option.value) && once.add(option.value))
      .map((line) => ({ option: line.option, group: '', rank: rank(line.option, wanted) }))
      .filter((line) => line.rank > 0)
      .sort((one, other) => other.rank - one.rank);
  }

  /** @param {string} text */
  draw(text) {
    this.list.textContent = '';
    let group = '';
    this.found.forEach(({ option, group: own }, at) => {
      if (own && own !== group) {
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
    const last = this.found.length - 1;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (this.list.hidden) {
        this.open('');
      } else if (last >= 0) {
        const next = this.current + (event.key === 'ArrowDown' ? 1 : -1);
        this.current = next < 0 ? last : next > last ? 0 : next;
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
 * How well a matter fits what was typed; 0 when it does not.
 *
 * @param {HTMLOptionElement} option
 * @param {string} wanted
 */
function rank(option, wanted) {
  const code = option.value.toLowerCase();
  const title = (option.dataset.title ?? '').toLowerCase();
  const spoken = option.dataset.pinyin ?? '';
  const initials = option.dataset.initials ?? '';
  if (code === wanted) return 6;
  if (title.startsWith(wanted) || code.startsWith(wanted)) return 5;
  if (title.includes(wanted)) return 4;
  if (initials.startsWith(wanted) || spoken.startsWith(wanted)) return 3;
  if (initials.includes(wanted)) return 2;
  return spoken.includes(wanted) || code.includes(wanted) ? 1 : 0;
}

/**
 * The title with the typed words marked.
 *
 * @param {string} title
 * @param {string} text
 */
function marked(title, text) {
  const at = text.trim() ? title.toLowerCase().indexOf(text.trim().toLowerCase()) : -1;
  if (at < 0) {
    return [title];
  }
  const mark = document.createElement('mark');
  mark.textContent = title.slice(at, at + text.trim().length);
  return [title.slice(0, at), mark, title.slice(at + text.trim().length)];
}

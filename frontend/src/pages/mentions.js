/** A menu of people behind a typed @, in place of the list to choose from. Words come from the page's own list. */
import { around } from '../logic/keys.js';
import { AT_MOST, offered, typedName, typedOut, uncalled } from '../logic/people.js';
import { all } from './page.js';

/** @typedef {import('../logic/people.js').Person} Person */

export function startMentions() {
  for (const text of /** @type {HTMLTextAreaElement[]} */ (all('textarea[data-mentions]'))) {
    const list = document.getElementById(text.dataset.mentions ?? '');
    if (list instanceof HTMLSelectElement) {
      new Mentions(text, list).listen();
    }
  }
}

class Mentions {
  /**
   * @param {HTMLTextAreaElement} text
   * @param {HTMLSelectElement} list
   */
  constructor(text, list) {
    this.text = text;
    this.people = peopleOf(list);
    /** @type {Person[]} */
    this.chosen = [];
    /** @type {Person[]} */
    this.found = [];
    this.current = 0;
    this.label = list.labels?.[0]?.textContent ?? '';

    const row = /** @type {HTMLElement} */ (list.closest('[data-mentions-select]'));
    this.shown = document.createElement('div');
    this.shown.className = 'mentions__chosen';
    this.shown.setAttribute('aria-live', 'polite');
    row.replaceWith(this.shown);
    const before = this.people.find((person) => person.id === list.value);
    if (before) {
      this.choose(before);
    }

    this.frame = document.createElement('div');
    this.frame.className = 'mentions';
    text.replaceWith(this.frame);
    this.menu = document.createElement('ul');
    this.menu.className = 'mentions__list';
    this.menu.id = `${text.id}-people`;
    this.menu.setAttribute('role', 'listbox');
    this.menu.setAttribute('aria-label', this.label);
    this.menu.hidden = true;
    this.frame.append(text, this.menu);
    text.setAttribute('aria-controls', this.menu.id);
    text.setAttribute('aria-autocomplete', 'list');
    const hint = text.form?.querySelector('[data-mentions-hint]');
    if (hint instanceof HTMLElement) {
      hint.hidden = false;
    }

  }

  listen() {
    this.text.addEventListener('input', () => {
      this.takeTyped();
      this.look();
    });
    this.text.addEventListener('click', () => this.look());
    this.text.addEventListener('keydown', (event) => this.onKey(event));
    this.text.addEventListener('blur', () => this.close());
    this.menu.addEventListener('mousedown', (event) => {
      event.preventDefault(); // the text keeps the focus
      const item = /** @type {HTMLElement} */ (event.target).closest('li');
      if (item) {
        this.take(this.found[Number(item.dataset.index)]);
      }
    });
  }

  /** The text before the caret. */
  before() {
    return this.text.value.slice(0, this.text.selectionStart);
  }

  /** Whose name has been typed out is chosen. */
  takeTyped() {
    const person = typedOut(this.before(), this.people);
    if (person && !this.chosen.includes(person) && this.chosen.length < AT_MOST) {
      this.choose(person);
    }
  }

  look() {
    this.found = offered(typedName(this.before()), this.people, this.chosen);
    this.current = 0;
    this.draw();
  }

  draw() {
    this.menu.replaceChildren(
      ...this.found.map((person, index) => {
        const item = document.createElement('li');
        item.id = `${this.menu.id}-${index}`;
        item.dataset.index = String(index);
        item.setAttribute('role', 'option');
        item.setAttribute('aria-selected', String(index === this.current));
        const unit = document.createElement('span');
        unit.textContent = person.unit;
        item.append(person.name, unit);
        return item;
      }),
    );
    this.menu.hidden = this.found.length === 0;
    if (this.menu.hidden) {
      this.text.removeAttribute('aria-activedescendant');
    } else {
      this.text.setAttribute('aria-activedescendant', `${this.menu.id}-${this.current}`);
      this.menu.children[this.current]?.scrollIntoView({ block: 'nearest' });
    }
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (this.menu.hidden || event.isComposing) {
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.current = around(this.current, step, this.found.length);
      this.draw();
    } else if (event.key === 'Enter' || event.key === 'Tab') {
      this.take(this.found[this.current]);
    } else if (event.key === 'Escape') {
      this.close();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {Person | undefined} person */
  take(person) {
    if (!person) {
      return;
    }
    const caret = this.text.selectionStart;
    const start = caret - (typedName(this.before()) ?? '').length;
    this.text.setRangeText(`${person.name} `, start, caret, 'end');
    this.choose(person);
    this.close();
    this.text.dispatchEvent(new Event('change', { bubbles: true }));
  }

  /** @param {Person} person */
  choose(person) {
    this.chosen.push(person);
    this.tell();
  }

  tell() {
    const chips = this.chosen.flatMap((person) => {
      const value = document.createElement('input');
      value.type = 'hidden';
      value.name = 'mention';
      value.value = person.id;
      const chip = document.createElement('button');
      chip.type = 'button';
      chip.textContent = `@${person.name} ×`;
      chip.title = person.unit;
      chip.addEventListener('click', () => {
        this.chosen = this.chosen.filter((other) => other !== person);
        this.text.value = uncalled(this.text.value, person);
        this.tell();
        this.text.focus();
      });
      return [value, chip];
    });
    this.shown.replaceChildren(...(chips.length ? [`${this.label}：`, ...chips] : []));
  }

  close() {
    this.found = [];
    this.draw();
  }
}

/**
 * @param {HTMLSelectElement} list
 * @returns {Person[]}
 */
function peopleOf(list) {
  return [...list.options]
    .filter((option) => option.value)
    .map((option) => ({
      id: option.value,
      name: option.text,
      unit: option.parentElement instanceof HTMLOptGroupElement ? option.parentElement.label : '',
    }));
}

/** Entry of pages with a diagram. */
import './diagram/old_browsers.js';
import './diagram/diagram.css';
import { showDiagram } from './diagram/viewer.js';

for (const figure of document.querySelectorAll('[data-diagram]')) {
  showDiagram(/** @type {HTMLElement} */ (figure));
}

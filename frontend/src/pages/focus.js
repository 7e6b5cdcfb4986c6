/** `[data-focus]`: what the reader must see first, such as the summary of errors, has the focus on load. */
export function startFocus() {
  const wanted = document.querySelector('[data-focus]');
  if (wanted instanceof HTMLElement) {
    wanted.focus({ preventScroll: true });
    if (document.activeElement !== wanted) {
      wanted.tabIndex = -1;
      wanted.focus({ preventScroll: true });
    }
    wanted.scrollIntoView({ block: 'nearest' });
  }
}

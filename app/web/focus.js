// Runs after script.js in each HTML area, in the same function. A redraw replaces the control that has the focus, and
// the browser then gives it to nobody: it goes to the same control of the new HTML, else to the one in its place.
const CONTROLS = 'button, summary, input, select, textarea, a[href], [tabindex]';
const controlsOf = (part) => [...part.querySelectorAll(CONTROLS)].filter((one) => one.checkVisibility?.() ?? true);
const MARKS = ['data-act', 'data-answer', 'data-n', 'data-rank', 'data-id', 'data-chat', 'data-column', 'data-tab', 'aria-label', 'name', 'id'];
const keyOf = (control) => control.tagName + MARKS.filter((name) => control.hasAttribute(name))
  .map((name) => `[${name}="${CSS.escape(control.getAttribute(name))}"]`).join('');

element.addEventListener('focusin', (event) => {
  shared.focused = { area: element, key: keyOf(event.target), at: controlsOf(element).indexOf(event.target) };
});
if (!shared.focusWatched) {
  shared.focusWatched = true;
  const elsewhere = (event) => { if (!event.target.closest?.('.fm-area')) shared.focused = null; };
  document.addEventListener('focusin', elsewhere, true);
  document.addEventListener('pointerdown', (event) => { if (!event.target.closest?.(CONTROLS)) shared.focused = null; }, true);
  document.addEventListener('keydown', (event) => { // Gradio opens a list again after every key, also the one that leaves
    if (event.key === 'Tab' && event.target.matches?.('[role="combobox"]')) event.stopPropagation();
  }, true);
  document.addEventListener('focusout', (event) => { // … and a key before it may open the list only after the focus left
    const field = event.target;
    if (!field.matches?.('[role="combobox"]')) return;
    setTimeout(() => {
      const open = field.getAttribute('aria-expanded') === 'true' && document.activeElement !== field;
      if (open) field.dispatchEvent(new FocusEvent('blur'));
    }, 150);
  });
  document.addEventListener('focusout', (event) => { // no list stays open behind somebody who tabs on
    const menu = event.target.closest?.('.fm-menu[open]');
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
}
element.classList.add('fm-area');

watch('value', () => {
  const before = shared.focused;
  const holder = document.activeElement; // a control may have become a hidden one of the new HTML
  if (before?.area !== element || (holder && holder !== document.body && holder.checkVisibility())) return;
  const controls = controlsOf(element);
  const same = [...element.querySelectorAll(before.key)].find((one) => controls.includes(one));
  (same ?? controls[Math.min(Math.max(before.at, 0), controls.length - 1)])?.focus({ preventScroll: true });
});

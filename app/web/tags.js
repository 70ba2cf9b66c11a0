// The tags of documents. See script.js for `element`, `trigger` and `watch`. Events: 'find' 'give' 'take'
const part = () => element.querySelector('[name="part"]').value;
const number = (control) => Number(control.closest('[data-id]').dataset.id);

element.addEventListener('submit', (event) => {
  event.preventDefault();
  if (event.target.matches('.fm-tag-find')) trigger('find', { part: part() });
  const tag = event.target.elements.tag;
  if (tag?.value.trim()) trigger('give', { id: number(tag), tag: tag.value, part: part() });
});

element.addEventListener('click', (event) => {
  const control = event.target.closest('[data-act="take"]');
  if (control) trigger('take', { id: number(control), tag: control.dataset.tag, part: part() });
});

element.addEventListener('toggle', (event) => { // opened: show what has tags
  if (event.target.open && !element.querySelector('.fm-tagged, .fm-tags > .fm-note + .fm-tag-find ~ *')) trigger('find', { part: part() });
}, true);

watch('value', () => element.querySelector('[data-focus] [name="tag"]')?.focus());

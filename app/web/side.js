// Runs after script.js and focus.js in each HTML area, in the same function: the right side, the viewer, the documents.

// On a narrow screen one passage opens as a sheet at the bottom, and the conversation stays where it is.
const openCard = (card) => {
  card.closest('.fm-sources').querySelectorAll('.fm-card.sheet').forEach((other) => other.classList.remove('sheet'));
  card.classList.add('sheet');
  card.focus({ preventScroll: true });
};
const closeCard = (card) => {
  const { answer } = card.closest('.fm-sources').dataset;
  card.classList.remove('sheet');
  const marker = scope().querySelector(`.fm-mark[data-answer="${CSS.escape(answer)}"][data-n="${Number(card.dataset.n)}"]`);
  marker?.focus({ preventScroll: true });
};
act.cardclose = (control) => closeCard(control.closest('.fm-card'));

if (!shared.sheets) {
  shared.sheets = true;
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    const side = document.querySelector('.fm-chat-side.flipped');
    if (side && narrow()) {
      flipChats(side, false);
      side.querySelector('[data-act="flip"]').focus();
    }
  });
  document.addEventListener('click', (event) => { // beside the drawer: its shade belongs to the drawer itself
    const side = event.target.closest?.('.fm-chat-side.flipped');
    if (side && narrow() && event.clientX > side.getBoundingClientRect().right) flipChats(side, false);
  });
  document.addEventListener('focusout', (event) => {
    const side = event.target.closest?.('.fm-chat-side.flipped');
    if (side && narrow() && event.relatedTarget && !side.contains(event.relatedTarget)) flipChats(side, false);
  });
}

// The viewer. The sentence that an answer quotes travels with the button that opens its passage.
const quoteFor = (control) => {
  const card = control.closest('.fm-card');
  if (!card || shared.quoted?.answer !== control.dataset.answer || shared.quoted.n !== card.dataset.n) return '';
  return shared.quoted.text;
};
const ZOOMS = [50, 75, 100, 130, 170, 220]; // percent of the sheet's width
const zoomTo = (viewer) => viewer.style.setProperty('--fm-zoom', `${ZOOMS[shared.zoom ?? 2]}%`);
const showViewer = (viewer) => {
  zoomTo(viewer);
  const body = viewer.querySelector('.fm-view-body');
  const target = viewer.querySelector('.fm-page i.fm-quoted, .fm-passage') ?? viewer.querySelector('.fm-page i');
  if (target) target.scrollIntoView({ block: 'center' });
  else body.scrollTop = 0;
};
const ofViewer = (control) => {
  const { answer, rank, quote, document: id } = control.closest('.fm-viewer').dataset;
  return id ? { document: Number(id) } : { answer, rank: Number(rank), quote };
};
act.page = (control) => {
  if (control.getAttribute('aria-disabled') !== 'true') trigger('open', { ...ofViewer(control), page: Number(control.dataset.value) });
};
act.zoom = (control) => {
  shared.zoom = Math.min(Math.max((shared.zoom ?? 2) + Number(control.dataset.value), 0), ZOOMS.length - 1);
  zoomTo(control.closest('.fm-viewer'));
};
act.original = (control) => trigger('original', ofViewer(control));

watch('value', () => {
  const file = element.querySelector('.fm-original');
  if (!file) return;
  const bytes = Uint8Array.from(atob(file.textContent), (letter) => letter.charCodeAt(0));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
  link.download = file.dataset.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  props.value = ''; // so that the same file can be downloaded again
});

// Tabs inside the right side: Sources, All, Details. Arrow keys change between them.
const openSide = (panel, name) => {
  panel.querySelectorAll('[role="tab"]').forEach((tab) => {
    const chosen = tab.dataset.tab === name;
    tab.setAttribute('aria-selected', String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
  });
  panel.querySelectorAll('[role="tabpanel"]').forEach((part) => { part.hidden = part.dataset.tab !== name; });
};
act.side = (control) => openSide(control.closest('.fm-sources'), control.dataset.tab);
element.addEventListener('keydown', (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const tab = step && event.target.closest('.fm-side-tabs [role="tab"]');
  if (!tab) return;
  event.preventDefault();
  const tabs = [...tab.parentElement.children];
  const next = tabs.at((tabs.indexOf(tab) + step) % tabs.length);
  openSide(next.closest('.fm-sources'), next.dataset.tab);
  next.focus();
});

// A marker shows the sentence that it points to, beside itself and inside its card. Letters and digits are compared:
// the card shows Markdown without its signs and tables without their bars.
const PLAIN = /[\p{L}\p{N}]/u;
const rangeOf = (part, quote) => {
  const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
  const places = [];
  let text = '';
  while (walker.nextNode()) {
    [...walker.currentNode.data].reduce((offset, letter) => {
      if (PLAIN.test(letter)) { text += letter; for (let at = 0; at < letter.length; at += 1) places.push([walker.currentNode, offset + at]); }
      return offset + letter.length;
    }, 0);
  }
  const wanted = [...quote].filter((letter) => PLAIN.test(letter)).join('');
  const start = wanted ? text.indexOf(wanted) : -1;
  if (start < 0) return null;
  const range = new Range();
  range.setStart(...places[start]);
  const [node, offset] = places[start + wanted.length - 1];
  range.setEnd(node, offset + 1);
  return range;
};
const markQuote = () => {
  CSS.highlights?.delete('fm-quote');
  const { answer, n, text } = shared.quoted ?? {};
  const panels = [...document.querySelectorAll('.fm-sources')].filter((panel) => panel.dataset.answer === answer);
  const ranges = panels.map((panel) => panel.querySelector(`.fm-card[data-n="${Number(n)}"] blockquote`))
    .filter(Boolean).map((part) => rangeOf(part, text)).filter(Boolean);
  if (ranges.length && CSS.highlights) CSS.highlights.set('fm-quote', new Highlight(...ranges));
  return ranges;
};
const tip = () => {
  let box = document.getElementById('fm-quote');
  if (!box) {
    box = Object.assign(document.createElement('div'), { id: 'fm-quote', role: 'tooltip', hidden: true, dir: 'auto' });
    document.querySelector('.gradio-container').append(box);
  }
  return box;
};
const showQuote = (marker) => {
  const { quote, answer, n } = marker.dataset;
  if (!quote) return;
  shared.quoted = { answer, n, text: quote };
  markQuote();
  const box = tip();
  box.textContent = quote;
  box.hidden = false;
  marker.setAttribute('aria-describedby', 'fm-quote');
  const place = marker.getBoundingClientRect();
  box.style.left = `${Math.min(Math.max(8, place.left - 20), innerWidth - box.offsetWidth - 8)}px`;
  const below = place.bottom + 8;
  box.style.top = `${below + box.offsetHeight < innerHeight ? below : place.top - box.offsetHeight - 8}px`;
};
const hideQuote = () => { tip().hidden = true; };
const marked = (event) => event.target.closest?.('.fm-mark[data-quote]');
element.addEventListener('mouseover', (event) => { const marker = marked(event); if (marker) showQuote(marker); });
element.addEventListener('mouseout', (event) => { if (marked(event)) hideQuote(); });
element.addEventListener('focusin', (event) => { const marker = marked(event); if (marker?.matches(':focus-visible')) showQuote(marker); });
element.addEventListener('focusout', (event) => { if (marked(event)) hideQuote(); });
element.addEventListener('keydown', (event) => { if (event.key === 'Escape') hideQuote(); });
element.addEventListener('click', (event) => { // the card that it opens has the sentence
  const marker = marked(event);
  if (!marker) return;
  showQuote(marker);
  hideQuote();
}, true);
watch('value', () => { if (element.querySelector('.fm-sources') && shared.quoted) markQuote(); });

// "Missing something?": what the corpus has of the words, a moment after the last key.
element.addEventListener('input', (event) => {
  const form = event.target.closest('.fm-why-form');
  if (!form) return;
  clearTimeout(shared.looking);
  shared.explained = false;
  const text = event.target.value;
  shared.looking = setTimeout(() => trigger('look', { answer: form.dataset.answer, text }), 300);
});
act.expect = (control) => {
  const panel = control.closest('.column')?.querySelector('.fm-why-form');
  if (panel) panel.elements.expect.value = control.dataset.expect;
  clearTimeout(shared.looking);
  shared.explained = true;
  control.classList.add('busy');
  trigger('why', { answer: control.dataset.answer, expect: control.dataset.expect });
};
watch('value', () => { // a result that comes late is not shown: of earlier words, or after the explanation
  const found = element.querySelector('.fm-look');
  const field = element.closest('.column')?.querySelector('.fm-why-form input');
  if (found && field) found.hidden = shared.explained || field.value.trim() !== found.dataset.text.trim();
});

// The list of documents. What is selected survives a redraw while jobs run.
const listed = () => [...element.querySelectorAll('tr[data-row]')];
const selectedRows = () => listed().filter((row) => row.querySelector('[data-act="pickdoc"]').checked);
const showSelected = () => {
  const form = element.querySelector('.fm-bulk');
  if (!form) return;
  const count = selectedRows().length;
  shared.rows = new Set(selectedRows().map((row) => row.dataset.row));
  form.hidden = count === 0;
  form.querySelector('b span').textContent = count;
  element.querySelector('[data-act="pickall"]').checked = count === listed().length;
};
const ofRows = () => {
  const keys = selectedRows().map((row) => row.dataset.row);
  const ids = (kind) => keys.filter((key) => key[0] === kind).map((key) => Number(key.slice(1)));
  return { documents: ids('d'), uploads: ids('u') };
};
const unselect = () => { shared.rows = new Set(); };
act.pickdoc = showSelected;
act.pickall = (control) => {
  listed().forEach((row) => { row.querySelector('[data-act="pickdoc"]').checked = control.checked; });
  showSelected();
};
act.docsort = (control) => trigger('docsort', { column: control.dataset.column });
act.retrydoc = (control) => trigger('retrydoc', { id: Number(control.dataset.id), upload: control.dataset.upload === '1' });
act.opendoc = (control) => {
  shared.returnTo = control;
  trigger('open', { document: Number(control.dataset.id) });
};
act.askdoc = (control) => {
  trigger('askdoc', { name: control.dataset.name, collection: control.dataset.collection });
  document.querySelector('#fm-tab-ask-button')?.click();
  setTimeout(() => document.querySelector('#fm-question textarea').focus(), 50); // the tab is shown by then
};
act.bulkask = (control) => {
  control.closest('form').classList.add('confirming');
  control.closest('form').querySelector('[data-act="bulkdelete"]').focus();
};
act.bulkkeep = (control) => {
  control.closest('form').classList.remove('confirming');
  control.closest('form').querySelector('[data-act="bulkask"]').focus();
};
act.bulkdelete = (control) => {
  trigger('deletedocs', { ...ofRows(), words: control.closest('form').querySelector('.fm-words').checked });
  unselect();
};
element.addEventListener('submit', (event) => {
  const form = event.target.closest('.fm-bulk');
  if (!form) return;
  event.preventDefault();
  trigger('movedocs', { ...ofRows(), to: form.elements.to.value });
  unselect();
});
act.adddocs = () => document.querySelector('#fm-tab-documents-button')?.click();
watch('value', () => {
  if (!element.querySelector('.fm-bulk')) return;
  element.querySelector('.fm-bulk').classList.remove('confirming');
  listed().forEach((row) => { row.querySelector('[data-act="pickdoc"]').checked = shared.rows?.has(row.dataset.row) ?? false; });
  showSelected();
});

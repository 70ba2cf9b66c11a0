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
  const { answer, rank, quote } = control.closest('.fm-viewer').dataset;
  return { answer, rank: Number(rank), quote };
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

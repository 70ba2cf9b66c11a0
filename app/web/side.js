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

// Shows the hints that were not dismissed in this browser.
const KEY = 'foremost-hints';
const dismissed = () => { try { return JSON.parse(localStorage.getItem(KEY)) ?? []; } catch { return []; } };
const show = () => element.querySelectorAll('.fm-hint').forEach((hint) => { hint.hidden = dismissed().includes(hint.dataset.hint); });

element.addEventListener('click', (event) => {
  const hint = event.target.closest('[data-act="dismiss"]')?.closest('.fm-hint');
  if (!hint) return;
  try { localStorage.setItem(KEY, JSON.stringify([...dismissed(), hint.dataset.hint])); } catch { /* this visit only */ }
  hint.remove();
  document.querySelector('#fm-question textarea')?.focus();
});
watch('value', show);
show();

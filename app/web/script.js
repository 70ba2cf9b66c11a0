// Runs once for each HTML area of the page. `element` is the area, `trigger` sends an event to Python, `props.value`
// is the area's HTML and `watch` calls back when it changes. A control names its action in data-act; the HTML has no
// handlers of its own. Events: 'pick' 'show' 'open' 'retry' 'rate' 'example' 'remove' 'recall' 'right' 'why' 'golden' 'programs' 'programask' 'programkeep' 'programdelete'
// 'unqueue' 'edit' 'version' 'alone' 'everywhere' 'asknow' 'csv'. Events of the list of chats: 'chat' 'chatname' 'chatexport' 'chatask' 'chatkeep' 'chatmore' 'chatdelete'
const shared = (window.foremost ??= { returnTo: null, writing: false });
const calm = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;
const scope = () => element.closest('.fm-scope') ?? document;

const focusCard = (panel, number) => {
  const card = panel?.querySelector(`.fm-card[data-n="${Number(number)}"]`);
  if (!card) return;
  openSide(panel, 'sources'); // side.js
  panel.querySelectorAll('.fm-card.chosen').forEach((other) => other.classList.remove('chosen'));
  card.classList.add('chosen');
  if (narrow()) { openCard(card); return; } // side.js
  card.scrollIntoView({ block: 'nearest', behavior: calm() ? 'auto' : 'smooth' });
  card.focus({ preventScroll: true });
};

const markShown = () => {
  const shown = scope().querySelector('.fm-sources')?.dataset.answer;
  scope().querySelectorAll('.fm-exchange[data-answer]').forEach((exchange) => {
    exchange.classList.toggle('selected', exchange.dataset.answer === shown);
  });
};

const copy = async (control) => {
  const text = control.dataset.copy ?? '';
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = Object.assign(document.createElement('textarea'), { value: text }); // pages served without TLS
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  control.classList.add('done');
  setTimeout(() => control.classList.remove('done'), 1200);
};

const closeViewer = () => {
  props.value = '';
  document.body.classList.remove('fm-modal');
  shared.returnTo?.focus?.();
  shared.returnTo = null;
};

const narrow = () => window.matchMedia('(max-width: 900px)').matches;
// "flipped" is the other state than the one that the list of chats begins in.
const flipChats = (side, to) => {
  const flipped = side.classList.toggle('flipped', to);
  side.querySelector('[data-act="flip"]').setAttribute('aria-expanded', String(flipped === narrow()));
};

const act = {
  pick: (control) => {
    const panel = scope().querySelector('.fm-sources');
    if (panel && panel.dataset.answer === control.dataset.answer) focusCard(panel, control.dataset.n);
    else trigger('pick', { answer: control.dataset.answer, n: Number(control.dataset.n) });
  },
  show: (control) => {
    trigger('show', { answer: control.dataset.answer });
    if (window.matchMedia('(max-width: 900px)').matches) {
      scope().querySelector('.fm-right')?.scrollIntoView({ behavior: calm() ? 'auto' : 'smooth' });
    }
  },
  open: (control) => {
    if (!control.closest('.fm-viewer')) shared.returnTo = control;
    control.classList.add('busy');
    setTimeout(() => control.classList.remove('busy'), 1500);
    trigger('open', { answer: control.dataset.answer, rank: Number(control.dataset.rank), quote: quoteFor(control) });
  },
  copy,
  retry: (control) => trigger('retry', { answer: control.dataset.answer }),
  edit: (control) => editQuestion(control),
  asknow: (control) => trigger('asknow', { asked: control.dataset.asked }),
  alone: (control) => trigger('alone', { answer: control.dataset.answer }),
  everywhere: (control) => trigger('everywhere', { answer: control.dataset.answer }),
  version: (control) => {
    if (control.dataset.answer) trigger('version', { answer: control.dataset.answer });
  },
  csv: (control) => trigger('csv', { answer: control.dataset.answer }),
  rate: (control) => trigger('rate', { answer: control.dataset.answer, value: Number(control.dataset.value) }),
  unqueue: (control) => trigger('unqueue', { asked: control.dataset.asked }),
  example: (control) => trigger('example', { question: control.dataset.question }),
  recall: (control) => {
    shared.opening = 'end';
    if (narrow()) flipChats(control.closest('.fm-chat-side'), false);
    trigger('recall', { answer: control.dataset.answer });
  },
  programs: () => trigger('programs', {}),
  programask: () => trigger('programask', {}),
  programkeep: () => trigger('programkeep', {}),
  programdelete: () => trigger('programdelete', {}),
  confirm: (control) => {
    const row = control.closest('[data-row]');
    row.classList.add('confirming');
    row.querySelector('[data-act="remove"]').focus();
  },
  keep: (control) => {
    const row = control.closest('[data-row]');
    row.classList.remove('confirming');
    row.querySelector('[data-act="confirm"]').focus();
  },
  remove: (control) => {
    const words = control.closest('[data-row]').querySelector('.fm-words')?.checked ?? false;
    trigger('remove', { id: Number(control.dataset.id), upload: control.dataset.upload === '1', words });
  },
  // the list of chats
  flip: (control) => flipChats(control.closest('.fm-chat-side')),
  chat: (control) => {
    shared.opening = control.dataset.hit || 'end';
    if (narrow()) flipChats(control.closest('.fm-chat-side'), false); // the chat stands below the list
    trigger('chat', { chat: control.dataset.chat, hit: control.dataset.hit });
  },
  chatname: (control) => {
    const form = control.closest('li').querySelector('.fm-rename');
    control.closest('details').open = false;
    form.hidden = false;
    form.elements.title.select();
  },
  chatexport: (control) => {
    control.closest('details').open = false;
    trigger('chatexport', { chat: control.dataset.chat });
  },
  chatask: (control) => trigger('chatask', { chat: control.dataset.chat }),
  chatkeep: () => trigger('chatkeep', {}),
  chatmore: () => trigger('chatmore', {}),
  chatdelete: (control) => trigger('chatdelete', { chat: control.dataset.chat }),
  close: closeViewer,
  sort: (control) => sortCandidates(control),
  golden: (control) => trigger('golden', { answer: control.dataset.answer, expect: control.dataset.expect }),
  right: (control) => {
    control.classList.add('busy');
    setTimeout(() => control.classList.remove('busy'), 4000);
    shared.judged = true; // scroll the panel below into view when it is redrawn
    trigger('right', { answer: control.dataset.answer, rank: Number(control.dataset.rank) });
  },
};

// The question becomes a field in its own place: Enter asks again, Escape and Cancel leave everything as it was.
const editQuestion = (control) => {
  const line = control.closest('.fm-asked');
  const question = line.querySelector('.fm-question').textContent;
  const form = document.createElement('form');
  form.className = 'fm-edit';
  form.innerHTML = '<textarea dir="auto" rows="2" maxlength="4000" aria-label="The question"></textarea>'
    + '<button type="submit" class="fm-link">Ask again</button><button type="button" class="fm-link">Cancel</button>';
  const field = form.querySelector('textarea');
  field.value = question;
  const close = () => { form.remove(); line.hidden = false; control.focus(); };
  form.querySelector('[type="button"]').addEventListener('click', close);
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
    if (event.key === 'Enter' && !event.shiftKey && event.target === field && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) { field.focus(); return; }
    close();
    trigger('edit', { answer: control.dataset.answer, question: text });
  });
  line.hidden = true;
  line.after(form);
  field.focus();
  field.setSelectionRange(question.length, question.length);
};

// Rows without a value stay last in either order; pressing the sorted column again reverses it.
const sortCandidates = (control) => {
  const table = control.closest('.fm-candidates').querySelector('table');
  const { column, first } = control.dataset;
  const header = table.querySelector(`th:has([data-column="${column}"])`);
  const other = first === 'ascending' ? 'descending' : 'ascending';
  const order = header.getAttribute('aria-sort') === first ? other : first;
  table.querySelectorAll('th').forEach((th) => th.removeAttribute('aria-sort'));
  header.setAttribute('aria-sort', order);
  control.closest('.fm-candidates').querySelectorAll('.fm-sort').forEach((button) => {
    button.setAttribute('aria-pressed', String(button.dataset.column === column));
  });
  const value = (row) => row.querySelector(`td[data-label="${column}"]`).dataset.value;
  const rows = [...table.tBodies[0].rows].sort((left, right) => {
    const [a, b] = [value(left), value(right)];
    if (a === '' || b === '') return (a === '') - (b === '');
    return order === 'ascending' ? a - b : b - a;
  });
  table.tBodies[0].append(...rows);
};

element.addEventListener('submit', (event) => { // the name of a chat
  const form = event.target.closest('.fm-rename');
  if (!form) return;
  event.preventDefault();
  trigger('chatname', { chat: form.dataset.chat, title: form.elements.title.value });
});

element.addEventListener('submit', (event) => { // the form of the panel that explains a lost passage
  const form = event.target.closest('.fm-why-form');
  if (!form) return;
  event.preventDefault();
  const expect = form.elements.expect.value.trim();
  if (!expect) { form.elements.expect.focus(); return; }
  form.classList.add('busy');
  setTimeout(() => form.classList.remove('busy'), 20000); // a response that changes nothing redraws nothing
  trigger('why', { answer: form.dataset.answer, expect });
});

element.addEventListener('click', (event) => {
  const control = event.target.closest('[data-act]');
  if (control && element.contains(control)) act[control.dataset.act]?.(control);
  else if (event.target.classList?.contains('fm-viewer')) closeViewer();
});

// While an answer is being written the page scrolls along, unless the reader has scrolled away from its end.
const ending = () => {
  const box = document.scrollingElement;
  return box.scrollHeight - box.scrollTop - box.clientHeight < 200;
};
if (shared.following === undefined) {
  shared.following = true;
  window.addEventListener('scroll', () => { shared.following = ending(); }, { passive: true });
}
const follow = () => {
  const composer = element.closest('.fm-left')?.querySelector('#fm-question');
  const last = [...element.querySelectorAll('.fm-exchange')].at(-1);
  if (!composer || !last) return;
  const hidden = last.getBoundingClientRect().bottom - composer.getBoundingClientRect().top + 16;
  if (hidden > 0) window.scrollBy(0, hidden);
};

// Gradio's composer has no names on its buttons and assumes left-to-right text.
const nameComposer = () => {
  const composer = document.querySelector('#fm-question');
  composer?.querySelector('textarea')?.setAttribute('dir', 'auto');
  composer?.querySelector('.submit-button')?.setAttribute('aria-label', 'Ask');
  composer?.querySelector('.stop-button')?.setAttribute('aria-label', 'Stop');
};
nameComposer();
if (!shared.named) { // Gradio draws its buttons anew when they change, at times after the areas
  shared.named = true;
  new MutationObserver(nameComposer).observe(document.body, { childList: true, subtree: true });
}

// The list of chats begins open on a wide page and closed on a narrow one; its menus close by Escape and by a click beside.
element.querySelector('[data-act="flip"]')?.setAttribute('aria-expanded', String(!narrow()));
if (!shared.menus) {
  shared.menus = true;
  const closeMenus = (but) => document.querySelectorAll('.fm-menu[open]').forEach((menu) => { if (menu !== but) menu.open = false; });
  document.addEventListener('click', (event) => closeMenus(event.target.closest('.fm-menu')));
  document.addEventListener('keydown', (event) => {
    const menu = event.key === 'Escape' && event.target.closest('.fm-menu[open]');
    if (menu) menu.querySelector('summary').focus();
    if (event.key === 'Escape') closeMenus(null);
  });
}

watch('value', () => {
  const file = element.querySelector('.fm-export-file');
  if (file) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([file.textContent], { type: file.dataset.type }));
    link.download = file.dataset.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    props.value = ''; // so that the same can be exported again
  }
  element.querySelector('.fm-sure .fm-danger')?.focus();
  if (shared.opening && element.closest('#fm-thread-area')) { // a chat opens at the hit, or at its end
    const exchanges = [...element.querySelectorAll('.fm-exchange')];
    (exchanges.find((one) => one.dataset.answer === shared.opening) ?? exchanges.at(-1))?.scrollIntoView({ block: 'start' });
    shared.opening = null;
  }
  const live = element.querySelector('.fm-exchange.live');
  if (live && (shared.following || !shared.writing)) follow();
  if (element.id !== '' && element.closest('#fm-live-area')) shared.writing = Boolean(live);
  const panel = element.querySelector('.fm-sources');
  if (panel?.dataset.focus) focusCard(panel, panel.dataset.focus);
  markShown();
  const why = element.querySelector('.fm-why');
  if (why && shared.judged) {
    shared.judged = false;
    why.scrollIntoView({ block: 'nearest', behavior: calm() ? 'auto' : 'smooth' });
  }
  const viewer = element.querySelector('.fm-viewer');
  if (viewer) {
    document.body.classList.add('fm-modal');
    if (!viewer.contains(document.activeElement)) viewer.querySelector('[data-act="close"]').focus();
    showViewer(viewer); // side.js
  }
});

element.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && event.target.closest('.fm-card')) closeCard(event.target.closest('.fm-card'));
  const sheet = element.querySelector('.fm-viewer');
  if (!sheet) return;
  if (event.key === 'Escape') closeViewer();
  if (event.key === 'Tab') { // the focus stays in the dialog
    const stops = controlsOf(sheet);
    const at = stops.indexOf(document.activeElement) + (event.shiftKey ? -1 : 1);
    event.preventDefault();
    stops.at(at % stops.length).focus();
  }
});

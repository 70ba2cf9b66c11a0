// Runs once for each area of the composer: its bar, the open panel, suggested documents, added files. See script.js for
// `element`, `trigger`, `props` and `watch`. Events: 'panel' 'drop' 'scope' 'everything' 'model' 'numbers' 'suggest'
const shared = (window.foremost ??= {});
const panel = () => document.querySelector('#fm-panel-area .fm-panel');

const shut = (back = true) => {
  if (!panel()) return;
  shared.emptyPanel?.();
  document.querySelectorAll('.fm-chips [data-act="panel"]').forEach((opener) => opener.setAttribute('aria-expanded', 'false'));
  if (back) document.querySelector(`.fm-chips [data-panel="${shared.panelOf}"]`)?.focus();
};

const chosen = () => {
  const form = panel().querySelector('.fm-scope-form');
  const values = Object.fromEntries(['media_type', 'language', 'since', 'until'].map((name) => [name, form.elements[name].value]));
  for (const name of ['collection', 'document', 'tag']) {
    values[name] = [...form.querySelectorAll(`input[name="${name}"]:checked`)].map((box) => box.value);
  }
  return values;
};

const numbers = () => {
  const { passages, candidates, rerank } = panel().querySelector('.fm-numbers-form').elements;
  return { passages: passages.value, candidates: candidates.value, rerank: rerank.checked };
};

const act = {
  panel: (control) => {
    const open = panel()?.dataset.panel === control.dataset.panel;
    shut(open);
    if (open) return;
    shared.panelOf = control.dataset.panel;
    control.setAttribute('aria-expanded', 'true');
    trigger('panel', { panel: control.dataset.panel });
  },
  drop: (control) => trigger('drop', { kind: control.dataset.kind, value: control.dataset.value }),
  shut: () => shut(),
  everything: () => trigger('everything', {}),
  model: (control) => trigger('model', { name: control.dataset.name }),
  adddocument: (control) => {
    const picked = panel().querySelector('[data-picked]');
    const { name } = control.dataset;
    let box = [...picked.querySelectorAll('input')].find((other) => other.value === name);
    if (!box) {
      box = Object.assign(document.createElement('input'), { type: 'checkbox', name: 'document', value: name });
      const label = document.createElement('label');
      label.dir = 'auto';
      label.append(box, name);
      picked.append(label);
    }
    box.checked = true;
    panel().querySelector('.fm-suggestions').replaceChildren();
    const find = panel().querySelector('.fm-find');
    find.value = '';
    find.focus();
    trigger('scope', chosen());
  },
};

element.addEventListener('click', (event) => {
  const control = event.target.closest('[data-act]');
  if (control && element.contains(control)) act[control.dataset.act]?.(control);
});

element.addEventListener('submit', (event) => event.preventDefault());

element.addEventListener('change', (event) => {
  if (event.target.closest('.fm-find')) return;
  if (event.target.closest('.fm-scope-form')) trigger('scope', chosen());
  if (event.target.closest('.fm-numbers-form')) trigger('numbers', numbers());
});

element.addEventListener('input', (event) => {
  if (!event.target.closest('.fm-find')) return;
  clearTimeout(shared.typing);
  shared.typing = setTimeout(() => trigger('suggest', { part: event.target.value }), 150);
});

if (element.closest('#fm-bar-area')) { // the question stays above the bar, however many lines it has
  const row = element.closest('.fm-composer');
  new ResizeObserver(() => {
    document.documentElement.style.setProperty('--fm-composer', `${row.offsetHeight}px`);
  }).observe(row);
}

if (element.closest('#fm-panel-area')) {
  shared.emptyPanel = () => { props.value = ''; };
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape' && panel()) { event.stopPropagation(); shut(); } });
  document.addEventListener('click', (event) => { // a click beside the panel closes it, one on a chip is the chip's own
    if (panel() && !event.target.closest('.fm-panel, .fm-chips') && event.target.isConnected) shut(false);
  });
}

watch('value', () => {
  if (element.closest('#fm-suggestions-area')) { // handed over to the open panel; a reply to an older text is dropped
    const find = panel()?.querySelector('.fm-find');
    const place = panel()?.querySelector('.fm-suggestions');
    if (place) place.innerHTML = find.value.trim() ? props.value : '';
  }
  if (element.closest('#fm-panel-area')) panel()?.querySelector('input, select, [data-act="model"][aria-pressed="true"]')?.focus();
  if (element.closest('#fm-bar-area') && panel()) {
    document.querySelector(`.fm-chips [data-panel="${shared.panelOf}"]`)?.setAttribute('aria-expanded', 'true');
  }
});

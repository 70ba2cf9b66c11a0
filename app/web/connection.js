// Runs once for the page, after script.js: keeps the draft of the composer, and notices when the server is away.
if (!shared.connection) {
  shared.connection = true;
  const key = 'foremost-draft';
  const box = () => document.querySelector('#fm-question textarea');
  const restore = (left) => { // Gradio draws the composer after the first areas
    const draft = sessionStorage.getItem(key);
    if (!draft) return;
    if (!box()) { if (left) setTimeout(() => restore(left - 1), 200); return; }
    if (box().value) return;
    box().value = draft;
    box().dispatchEvent(new Event('input', { bubbles: true }));
  };
  setTimeout(() => restore(25), 300);
  // An answered question empties the box without an event, so the draft is read, not listened for.
  let seen = sessionStorage.getItem(key) ?? '';
  let typed = false;
  document.addEventListener('input', (event) => { if (event.target === box()) typed = true; });
  setInterval(() => {
    const text = typed && box() ? box().value : seen;
    if (text !== seen) sessionStorage.setItem(key, seen = text);
  }, 300);

  const banner = Object.assign(document.createElement('p'), { className: 'fm-lost', hidden: true });
  banner.setAttribute('role', 'alert');
  banner.textContent = 'Connection lost. The page reconnects by itself; what you have typed is kept.';
  document.body.append(banner);
  setInterval(async () => {
    let there = true;
    try {
      await fetch(location.pathname, { method: 'HEAD', cache: 'no-store' });
    } catch {
      there = false;
    }
    if (there && !banner.hidden) location.reload(); // the server has forgotten this session; the chat is in the database
    banner.hidden = there;
  }, 3000);
}

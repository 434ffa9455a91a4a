// A click anywhere on an entry with data-href opens it, except on what is itself clickable,
// and not while text is being selected.
document.addEventListener('click', (event) => {
  const entry = event.target.closest('[data-href]');
  if (!entry || event.defaultPrevented || event.button) return;
  if (event.target.closest('a, button, input, select, textarea, label, summary, details, video, audio')) return;
  if (getSelection()?.toString()) return;
  if (event.metaKey || event.ctrlKey) window.open(entry.dataset.href, '_blank', 'noopener');
  else location.assign(entry.dataset.href);
});

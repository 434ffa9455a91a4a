// What was typed into a field with data-draft="key" is kept in this browser until it has been sent.
// Logging out forgets all of it.
const prefix = 'draft:';

export function init(root) {
  for (const field of root.querySelectorAll('[data-draft]')) {
    if (field.dataset.kept) continue;
    field.dataset.kept = '1';
    const key = prefix + field.dataset.draft;
    const kept = localStorage.getItem(key);
    if (kept && !field.value) {
      field.value = kept;
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }
    field.addEventListener('input', () => {
      if (field.value) localStorage.setItem(key, field.value);
      else localStorage.removeItem(key);
    });
    field.form?.addEventListener('sent', () => localStorage.removeItem(key));
    // A form that is not enhanced leaves the page; a form that comes back brings its text itself.
    field.form?.addEventListener('submit', () => {
      if (!field.form.hasAttribute('data-enhance')) localStorage.removeItem(key);
    });
  }
}

document.addEventListener('submit', (event) => {
  if (!event.submitter?.getAttribute('formaction')?.endsWith('/logout')) return;
  for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key);
});

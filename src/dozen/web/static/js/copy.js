// Copies text (data-copy="text", data-copy-from="#id") and shares links (a[data-share]).
// Where the device has no share sheet the link is copied.
import { toast } from './toast.js';

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast('Copied', { kind: 'success' });
  } catch {
    toast('This browser does not let pages copy. Please select the text.', { kind: 'danger' });
  }
}

document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy], [data-copy-from]');
  if (button) copy(button.dataset.copy ?? document.querySelector(button.dataset.copyFrom)?.textContent.trim() ?? '');
  const link = event.target.closest('a[data-share]');
  if (!link) return;
  event.preventDefault();
  if (!navigator.share) return copy(link.href);
  try {
    await navigator.share({ url: link.href, title: link.dataset.share || document.title });
  } catch { /* closed without sharing */ }
});

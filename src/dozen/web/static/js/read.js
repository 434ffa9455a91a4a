// What is looked at has been read: the address in data-read is told once, when the page is in front.
import { send } from './send.js';

async function tell(element) {
  const form = document.querySelector('#act');
  if (document.visibilityState !== 'visible' || !form || !element.dataset.read) return;
  const url = element.dataset.read;
  delete element.dataset.read;
  try {
    const answer = await send(url, { body: new FormData(form), follow: false });
    if (!answer.ok) return;
  } catch {
    return; // it stays unread, and its button is there
  }
  for (const badge of document.querySelectorAll('[data-live="notifications"]')) badge.textContent = '';
}

export function init(root) {
  for (const element of root.querySelectorAll('[data-read]')) {
    tell(element);
    document.addEventListener('visibilitychange', () => tell(element));
  }
}

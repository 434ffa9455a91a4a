// A video that is still being made: [data-wait] names a stream that tells when it is done. Then the pictures
// of its entry (or whatever it stands in that has an id) are fetched once more.
import { follow, unfollow } from './connection.js';
import { announce, swap } from './dom.js';
import { fetchPage } from './paging.js';

async function look(waiting) {
  const holder = waiting.closest('[id]');
  const page = await fetchPage(holder.dataset.href ?? location.href).catch(() => null);
  const now = page?.getElementById(holder.id)?.querySelector('.media');
  if (!now || !waiting.isConnected) return;
  const still = now.querySelector(`[data-wait="${CSS.escape(waiting.dataset.wait)}"]`);
  if (still) return;
  unfollow(waiting.dataset.wait);
  swap(waiting.closest('.media'), now.outerHTML);
  announce('The video is here');
}

export function init(root) {
  const found = root.matches?.('[data-wait]') ? [root] : root.querySelectorAll('[data-wait]');
  for (const waiting of found) {
    follow(waiting.dataset.wait, ({ name }) => (name === 'again' || name === 'ready') && look(waiting));
  }
}

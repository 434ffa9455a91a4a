// Endless scrolling: a [data-feed] follows its a[rel=next], and going back finds the place again.
// Without scripts the same link leads to the next page.
import { announce, arrived, entriesOf } from './dom.js';

const pages = new WeakMap();
const link = (feed) => feed.querySelector('a[rel="next"]');

/** Fetches a page and returns its feed of the same name. */
export async function fetchFeed(url, name) {
  const answer = await fetch(url, { headers: { Accept: 'text/html' }, credentials: 'same-origin' });
  if (!answer.ok) throw new TypeError(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  return page.querySelector(`[data-feed="${CSS.escape(name)}"]`);
}

/** Of the entries of `other`, those that `feed` does not show yet. */
export function unseen(feed, other) {
  const known = new Set([...feed.children].map((child) => child.id));
  return entriesOf(other).filter((entry) => !entry.id || !known.has(entry.id));
}

async function extend(feed) {
  const next = link(feed);
  if (!next || feed.getAttribute('aria-busy') === 'true') return false;
  feed.setAttribute('aria-busy', 'true');
  const { href } = next;
  const holder = next.closest('.feed-more') ?? next;
  try {
    const page = await fetchFeed(href, feed.dataset.feed);
    const added = page ? unseen(feed, page) : [];
    holder.before(...added);
    added.forEach(arrived);
    const onward = page && link(page);
    if (onward) next.href = onward.href;
    else {
      holder.remove();
      announce('That is everything');
    }
    pages.get(feed).push(href);
    return true;
  } catch {
    next.textContent = 'Try again'; // the link stays: it can be pressed, or followed
    return false;
  } finally {
    feed.removeAttribute('aria-busy');
  }
}

// The place is an entry and its distance from the top, not a number of pixels: pictures and news move pixels.
function remember(feed) {
  const first = entriesOf(feed).find((entry) => entry.getBoundingClientRect().bottom > 60);
  if (!first?.id || !pages.get(feed).length) return;
  const place = { count: pages.get(feed).length, id: first.id, top: first.getBoundingClientRect().top };
  history.replaceState({ ...history.state, feed: place }, '');
}

async function comeBack(feed) {
  const place = history.state?.feed;
  if (!place || !performance.getEntriesByType('navigation')[0]?.type.match(/back_forward|reload/)) return;
  for (let i = 0; i < Math.min(place.count, 20) && !document.getElementById(place.id); i += 1) {
    if (!(await extend(feed))) break;
  }
  const entry = document.getElementById(place.id);
  if (entry) scrollBy({ top: entry.getBoundingClientRect().top - place.top, behavior: 'instant' });
}

export function init(root) {
  for (const feed of root.querySelectorAll('[data-feed]')) {
    if (pages.has(feed)) continue;
    pages.set(feed, []);
    const next = link(feed);
    if (!next) continue;
    next.addEventListener('click', (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      extend(feed);
    });
    addEventListener('pagehide', () => remember(feed));
    comeBack(feed).then(() => {
      const near = new IntersectionObserver(async ([seen]) => {
        if (!seen.isIntersecting || !(await extend(feed))) return;
        near.unobserve(next);
        if (next.isConnected) near.observe(next); // asks again while the link is still near
      }, { rootMargin: '1000px' });
      if (next.isConnected) near.observe(next);
    });
  }
}

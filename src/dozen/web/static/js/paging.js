// Endless scrolling: a [data-feed] follows its a[rel=next], and going back finds the place again.
// Without scripts the same link leads to the next page.
import { announce, arrived, entriesOf } from './dom.js';

const fetched = new WeakMap(); // feed -> the addresses of the pages added to it
const link = (feed) => feed.querySelector('a[rel="next"]');

export async function fetchPage(url) {
  const answer = await fetch(url, { headers: { Accept: 'text/html' }, credentials: 'same-origin' });
  if (!answer.ok) throw new TypeError(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), 'text/html');
}

/** Fetches a page and returns its feed of the same name. */
export async function fetchFeed(url, name) {
  const page = await fetchPage(url);
  return page.querySelector(`[data-feed="${CSS.escape(name)}"]`);
}

/** Of the entries of `other`, those that `feed` does not show yet. */
export function unseen(feed, other) {
  const known = new Set([...feed.children].map((child) => child.id));
  return entriesOf(other).filter((entry) => !entry.id || !known.has(entry.id));
}

function append(feed, page, url) {
  const next = link(feed);
  const holder = next.closest('.feed-more') ?? next;
  const added = page ? unseen(feed, page) : [];
  holder.before(...added);
  added.forEach(arrived);
  fetched.get(feed).push(url);
  const onward = page && link(page);
  if (onward) next.href = onward.href;
  else {
    holder.remove();
    announce('That is everything');
  }
}

async function extend(feed) {
  const next = link(feed);
  if (!next || feed.getAttribute('aria-busy') === 'true') return false;
  feed.setAttribute('aria-busy', 'true');
  try {
    append(feed, await fetchFeed(next.href, feed.dataset.feed), next.href);
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
  const urls = fetched.get(feed).slice(0, 20);
  const first = entriesOf(feed).find((entry) => entry.getBoundingClientRect().bottom > 60);
  if (!first?.id || !urls.length) return;
  const place = { name: feed.dataset.feed, urls, id: first.id, top: first.getBoundingClientRect().top };
  history.replaceState({ ...history.state, place }, '');
}

async function comeBack(feed) {
  const place = history.state?.place;
  const how = performance.getEntriesByType('navigation')[0]?.type;
  if (place?.name !== feed.dataset.feed || !['back_forward', 'reload'].includes(how)) return;
  const pages = await Promise.all(place.urls.map((url) => fetchFeed(url, place.name).catch(() => null)));
  for (const [at, page] of pages.entries()) {
    if (!page || !link(feed)) break;
    append(feed, page, place.urls[at]);
  }
  const entry = document.getElementById(place.id);
  if (entry) scrollBy({ top: entry.getBoundingClientRect().top - place.top, behavior: 'instant' });
}

function watch(feed) {
  const next = link(feed);
  if (!next) return;
  const near = new IntersectionObserver(async ([seen]) => {
    if (!seen.isIntersecting || !(await extend(feed))) return;
    near.unobserve(next);
    if (next.isConnected) near.observe(next); // asks again while the link is still near
  }, { rootMargin: '1000px' });
  near.observe(next);
}

export function init(root) {
  for (const feed of root.querySelectorAll('[data-feed]')) {
    if (fetched.has(feed)) continue;
    fetched.set(feed, []);
    link(feed)?.addEventListener('click', (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      extend(feed);
    });
    addEventListener('pagehide', () => remember(feed));
    comeBack(feed).then(() => watch(feed));
  }
}

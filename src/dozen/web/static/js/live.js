// What arrives by itself, from the event stream that <html data-stream> names. Events:
// count {name, value}, new {feed, n}, html {target, mode, html}, toast {text, kind}.
// After a pause the page is asked for once more, and what is new in it is taken over.
import { follow } from './connection.js';
import { announce, arrived, compact, element, entriesOf, icon, swap } from './dom.js';
import { fetchFeed, fetchPage, unseen } from './paging.js';
import { toast } from './toast.js';

const { stream } = document.documentElement.dataset;
const title = document.title;
const waiting = new Map();
let behind = false;

function show(name, text, count = text) {
  for (const badge of document.querySelectorAll(`[data-live="${CSS.escape(name)}"]`)) {
    if ('count' in badge.dataset) badge.dataset.count = count;
    badge.textContent = text;
  }
  if (name === 'notifications') document.title = text ? `(${text}) ${title}` : title;
}

const setCount = (name, value) => show(name, typeof value === 'number' ? (value ? compact(value) : '') : value, value);

function offer(name, n) {
  const feed = document.querySelector(`[data-feed="${CSS.escape(name)}"]`);
  if (!feed) return;
  waiting.set(name, n);
  let bar = feed.querySelector(':scope > .fresh');
  if (!bar) {
    bar = element('div', { class: 'fresh' }, element('button', { type: 'button' }));
    bar.firstChild.addEventListener('click', () => load(feed, name, bar));
    feed.prepend(bar);
  }
  const [one, many] = (feed.dataset.noun ?? 'new post|new posts').split('|');
  const text = `${compact(n)} ${n === 1 ? one : many ?? one}`;
  bar.firstChild.replaceChildren(icon('arrow-up'), text);
  announce(text);
}

// New entries go above; whoever reads further down stays where they are.
async function load(feed, name, bar) {
  const button = bar.firstChild;
  if (button.getAttribute('aria-busy') === 'true') return;
  button.setAttribute('aria-busy', 'true');
  try {
    const known = new Set(entriesOf(feed).map((entry) => entry.id).filter(Boolean));
    const added = [];
    let url = feed.dataset.fresh ?? location.href;
    let met = false;
    for (let page = 0; page < 5 && url && !met; page += 1) {
      const other = await fetchFeed(url, name);
      if (!other) break;
      met = entriesOf(other).some((entry) => known.has(entry.id));
      added.push(...unseen(feed, other));
      url = other.querySelector('a[rel="next"]')?.href;
    }
    if (!met && url && known.size) return location.reload(); // too much has happened to fill the gap
    waiting.delete(name);
    const [anchor] = entriesOf(feed);
    const before = anchor?.getBoundingClientRect().top ?? 0;
    const deep = before < -innerHeight / 2;
    document.documentElement.classList.add('no-anchor');
    if (anchor) anchor.before(...added);
    else feed.append(...added);
    added.forEach(arrived);
    if (deep && anchor) scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: 'instant' });
    document.documentElement.classList.remove('no-anchor');
    bar.remove();
    if (!deep) added[0]?.focus({ preventScroll: true });
    else toast(`${added.length} new above`, { kind: 'success' });
  } catch {
    toast('Not loaded. You seem to be offline.', { kind: 'danger' });
  } finally {
    button.removeAttribute('aria-busy');
  }
}

// What a page that slept has missed: counts, entries above, and parts marked data-again.
async function catchUp() {
  behind = document.hidden;
  if (behind) return;
  const page = await fetchPage(location.href).catch(() => null);
  if (!page) return;
  for (const { dataset, textContent } of page.querySelectorAll('[data-live]')) {
    show(dataset.live, textContent, dataset.count);
  }
  for (const old of document.querySelectorAll('[data-again]')) {
    const now = page.getElementById(old.id);
    if (!now) continue;
    if (old.dataset.again === 'append') {
      if (old.querySelector(':scope > .feed-more')) continue; // the new ones come with what is still to load
      const first = [...now.children].findIndex(({ id }) => id && !document.getElementById(id));
      const added = first < 0 ? [] : [...now.children].slice(first);
      old.append(...added);
      added.forEach(arrived);
    } else if (old.outerHTML !== now.outerHTML) swap(old, now.outerHTML);
  }
  for (const feed of document.querySelectorAll('[data-feed]:not([data-again])')) {
    const other = page.querySelector(`[data-feed="${CSS.escape(feed.dataset.feed)}"]`);
    const known = new Set(entriesOf(feed).map((entry) => entry.id));
    const above = other ? entriesOf(other).findIndex((entry) => known.has(entry.id)) : 0;
    const n = above < 0 ? entriesOf(other).length : above;
    if (n && known.size) offer(feed.dataset.feed, n);
  }
}

const events = {
  count: ({ name, value }) => setCount(name, value),
  new: ({ feed, n = 1 }) => offer(feed, (waiting.get(feed) ?? 0) + n),
  html: ({ target, mode, html }) => {
    const place = document.querySelector(target);
    if (place) swap(place, html, mode);
  },
  toast: ({ text, kind }) => toast(text, { kind }),
  live: () => { document.documentElement.dataset.hears = 'yes'; },
  again: () => setTimeout(catchUp, 1000 * Math.random()), // not everybody at the same moment
};

follow(stream, ({ name, data }) => events[name](data));
document.addEventListener('visibilitychange', () => behind && catchUp());

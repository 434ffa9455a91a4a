// What arrives by itself, from the event stream that <html data-stream> names. Events:
// count {name, value}, new {feed, n}, html {target, mode, html}, toast {text, kind}.
import { announce, arrived, compact, element, entriesOf, icon, swap } from './dom.js';
import { fetchFeed, unseen } from './paging.js';
import { toast } from './toast.js';

const title = document.title;
const waiting = new Map();
let source;

function setCount(name, value) {
  for (const badge of document.querySelectorAll(`[data-live="${CSS.escape(name)}"]`)) {
    if ('count' in badge.dataset) badge.dataset.count = value;
    badge.textContent = typeof value === 'number' ? (value ? compact(value) : '') : value;
  }
  if (name === 'notifications') document.title = value ? `(${compact(value)}) ${title}` : title;
}

function offer(name, more) {
  const feed = document.querySelector(`[data-feed="${CSS.escape(name)}"]`);
  if (!feed) return;
  const n = (waiting.get(name) ?? 0) + more;
  waiting.set(name, n);
  let bar = feed.querySelector(':scope > .fresh');
  if (!bar) {
    bar = element('div', { class: 'fresh' }, element('button', { type: 'button' }));
    bar.firstChild.addEventListener('click', () => show(feed, name, bar));
    feed.prepend(bar);
  }
  const [one, many] = (feed.dataset.noun ?? 'new post|new posts').split('|');
  const text = `${compact(n)} ${n === 1 ? one : many ?? one}`;
  bar.firstChild.replaceChildren(icon('arrow-up'), text);
  announce(text);
}

// New entries go above; whoever reads further down stays where they are.
async function show(feed, name, bar) {
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

const events = {
  count: ({ name, value }) => setCount(name, value),
  new: ({ feed, n = 1 }) => offer(feed, n),
  html: ({ target, mode, html }) => {
    const place = document.querySelector(target);
    if (place) swap(place, html, mode);
  },
  toast: ({ text, kind }) => toast(text, { kind }),
};

function listen() {
  source?.close();
  source = new EventSource(document.documentElement.dataset.stream);
  for (const [name, act] of Object.entries(events)) {
    source.addEventListener(name, (event) => act(JSON.parse(event.data)));
  }
}

addEventListener('pagehide', () => source?.close());
addEventListener('pageshow', (event) => event.persisted && listen());
listen();

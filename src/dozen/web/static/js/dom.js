// Helpers that every module shares: parse, swap, announce, icons, short numbers.
// No state but the list of those who want to hear about new content.
const listeners = [];
const page = document.documentElement;

/** Calls `listener(element)` for each piece of content that arrives after loading. */
export const onSwap = (listener) => listeners.push(listener);

export function arrived(element) {
  for (const listener of listeners) listener(element);
}

/** The entries of a feed: its children but for what belongs to the feed itself. */
const furniture = '.fresh, .feed-more, .composer, .skeleton';
export const entriesOf = (feed) => [...feed.children].filter((child) => !child.matches(furniture));

export function parse(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content;
}

export function icon(name) {
  return parse(`<svg class="icon" aria-hidden="true"><use href="${page.dataset.icons}#i-${name}"/></svg>`).firstChild;
}

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, '');
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

/** 12345 -> "12.3K", as the server writes it. */
export function compact(number) {
  for (const [size, unit] of [[1e9, 'B'], [1e6, 'M'], [1e3, 'K']]) {
    if (number >= size) {
      const short = number / size;
      return (short >= 100 ? Math.floor(short) : Math.floor(short * 10) / 10) + unit;
    }
  }
  return String(number);
}

let voice;
/** Says `text` to screen readers without moving anything. */
export function announce(text) {
  voice ??= document.body.appendChild(element('div', { class: 'sr', role: 'status' }));
  voice.textContent = '';
  requestAnimationFrame(() => { voice.textContent = text; });
}

/** Puts `html` where `target` is. mode: replace, inner, append, prepend, before, after, remove.
    In the answer, a `.toast` goes to the toasts and an element with data-swap-for="#id" replaces that id. */
export function swap(target, html, mode = 'replace') {
  const content = parse(html);
  for (const toast of content.querySelectorAll('.toast')) document.querySelector('#toasts')?.append(toast);
  for (const part of content.querySelectorAll('[data-swap-for]')) {
    document.querySelector(part.dataset.swapFor)?.replaceWith(part);
    arrived(part);
  }
  if (!target) return;
  const focused = target.contains(document.activeElement) && document.activeElement.id;
  const parts = [...content.children];
  const adds = mode === 'append' || mode === 'prepend';
  if (adds && parts[0]?.id && document.getElementById(parts[0].id)) return; // it is there already
  if (mode === 'remove') target.remove();
  else if (mode === 'inner') target.replaceChildren(content);
  else if (mode !== 'replace') target[mode](content);
  else if (parts.length) target.replaceWith(content);
  for (const part of parts) if (part.isConnected) arrived(part);
  const wish = '[data-focus], [autofocus], [aria-invalid="true"]';
  const wanted = parts.map((part) => (part.matches(wish) ? part : part.querySelector(wish))).find(Boolean);
  (wanted ?? document.getElementById(focused || ''))?.focus();
}

// The keyboard: g and a letter goes to a room, p and a letter to a place of this room, / searches,
// j and k walk the list, n writes, ? tells.
// <html data-keys="off"> turns it off.
import { element, entriesOf, icon } from './dom.js';

const rooms = () => [...document.querySelectorAll('a[data-key]')];
const places = () => [...document.querySelectorAll('a[data-place]')];
const feeds = () => [...document.querySelectorAll('[data-feed]')];
const items = () => feeds().flatMap(entriesOf).filter((item) => item.offsetParent);
const typing = 'textarea, select, input:not([type="checkbox"], [type="radio"], [type="button"])';
let waiting = 0;
let choices = [];

function wait(links) {
  choices = links;
  waiting = setTimeout(() => { waiting = 0; }, 1500);
}

function walk(step) {
  const all = items();
  const at = all.findIndex((item) => item.contains(document.activeElement));
  const next = at < 0 ? all.find((item) => item.getBoundingClientRect().top >= 0) : all[at + step];
  if (!next) return;
  if (!next.hasAttribute('tabindex')) next.tabIndex = -1;
  next.focus({ preventScroll: true, focusVisible: true });
  next.scrollIntoView({ block: 'nearest' });
}

function find() {
  const fields = [...document.querySelectorAll('input[data-search]')].filter((field) => field.offsetParent);
  if (fields.length) fields[0].focus();
  else document.querySelector('a[data-search]')?.click();
}

function write() {
  const place = document.querySelector('[data-compose]');
  place?.matches('a, button') ? place.click() : place?.focus();
}

function line(label, ...keys) {
  const caps = keys.flatMap((key) => [element('kbd', {}, key), ' ']);
  return element('div', {}, element('span', {}, label), element('span', {}, ...caps));
}

function helpDialog() {
  const shut = { type: 'button', class: 'btn btn-icon btn-plain', 'data-close': true, 'aria-label': 'Close' };
  const acts = [['Search', '/'], ['Write', 'n'], ['Next', 'j'], ['Previous', 'k'], ['Open', 'o'], ['These keys', '?']];
  const way = (first) => ({ textContent, dataset }) => {
    const name = textContent.trim().replace(/\s*\d+$/, '');
    return line(name, first, dataset.key ?? dataset.place);
  };
  return element('dialog', { id: 'keys', class: 'wide', 'aria-labelledby': 'keys-title' },
    element('div', { class: 'dialog-head' },
      element('h2', { id: 'keys-title' }, 'Keys'),
      element('button', shut, icon('x'))),
    element('div', { class: 'dialog-body' },
      element('div', { class: 'keys' }, ...acts.map((act) => line(...act))),
      element('h3', {}, 'Rooms'),
      element('div', { class: 'keys' }, ...rooms().map(way('g'))),
      element('h3', {}, 'Places of this room'),
      element('div', { class: 'keys' }, ...places().map(way('p')))));
}

function help() {
  const dialog = document.querySelector('#keys') ?? document.body.appendChild(helpDialog());
  dialog.showModal();
}

function follow(item) {
  const inFeed = item.parentElement?.matches('[data-feed]');
  const href = item.dataset.href ?? (inFeed && item.querySelector('a[href]')?.href);
  if (href) location.assign(href);
}

document.addEventListener('keydown', (event) => {
  const { target, key } = event;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.documentElement.dataset.keys === 'off' || document.querySelector('dialog[open]')) return;
  if (target.isContentEditable || target.matches(typing)) return;
  if (waiting) {
    clearTimeout(waiting);
    waiting = 0;
    const link = choices.find(({ dataset }) => (dataset.key ?? dataset.place) === key);
    if (link) location.assign(link.href);
    return;
  }
  const act = {
    g: () => wait(rooms()),
    p: () => wait(places()),
    '/': find,
    '?': help,
    j: () => walk(1),
    k: () => walk(-1),
    n: write,
    o: () => follow(document.activeElement),
  }[key];
  if (!act) return;
  event.preventDefault();
  act();
});

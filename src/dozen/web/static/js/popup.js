// Menus and dialogs: one open at a time, closed by Escape or a click outside, focus given back.
// A link with data-menu fetches its menu; one with data-dialog opens a dialog of this page.
import { arrived, element, parse } from './dom.js';
import { send } from './send.js';

const open = () => document.querySelectorAll('details[data-popup][open]');

function close(menu, giveBack = false) {
  const inside = menu.contains(document.activeElement);
  menu.open = false;
  if (giveBack && inside) menu.querySelector('summary').focus();
}

async function fetchMenu(link) {
  let answer;
  try {
    answer = await send(link.href, { method: 'GET' });
  } catch { /* the link itself is tried below */ }
  if (!answer?.ok || answer.redirected) return location.assign(link.href);
  const look = { class: 'btn btn-plain btn-sm btn-icon', 'aria-label': link.getAttribute('aria-label') };
  const summary = element('summary', look, ...link.cloneNode(true).children);
  const list = element('div', { class: 'menu-list' }, parse(answer.text));
  const menu = element('details', { class: 'menu', 'data-popup': true, open: true }, summary, list);
  link.replaceWith(menu);
  arrived(menu);
  summary.focus();
}

document.addEventListener('click', (event) => {
  const { target } = event;
  const chosen = target.closest('.menu-list a, .menu-list button');
  for (const menu of open()) if (chosen || !menu.contains(target)) close(menu);
  const plain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.button);
  const menuLink = plain && target.closest('a[data-menu]');
  const opener = plain && target.closest('[data-dialog]');
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (menuLink) {
    event.preventDefault();
    fetchMenu(menuLink);
  } else if (dialog?.showModal) {
    event.preventDefault();
    dialog.showModal();
  } else if (target.closest('[data-close]') || target.matches('dialog[open]')) {
    target.closest('dialog')?.close();
  }
});

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') for (const menu of open()) close(menu, true);
  const menu = event.target.closest?.('details.menu[open]');
  if (menu && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    event.preventDefault();
    const items = [...menu.querySelectorAll('.menu-list a, .menu-list button')];
    const step = event.key === 'ArrowDown' ? 1 : -1;
    const at = items.indexOf(document.activeElement);
    items[(at < 0 && step < 0 ? items.length - 1 : at + step + items.length) % items.length]?.focus();
  }
});

document.addEventListener('focusout', (event) => {
  const menu = event.target.closest?.('details[data-popup][open]');
  if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) close(menu);
});

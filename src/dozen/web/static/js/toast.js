// Short messages at the edge of the screen; the time they stay is set in the style sheet.
// A message of trouble stays until it is closed.
import { element, icon } from './dom.js';

const tray = document.querySelector('#toasts');

/** undo: an address to post to, or a function. */
export function toast(text, { kind = '', undo } = {}) {
  const sign = kind && icon(kind === 'danger' ? 'warning' : 'check-circle');
  const note = element('div', { class: `toast${kind && ` toast-${kind}`}` }, sign || null, element('span', {}, text));
  if (undo) {
    const where = typeof undo === 'string' ? { form: 'act', formaction: undo } : { type: 'button' };
    const button = element('button', where, 'Undo');
    if (typeof undo === 'function') button.addEventListener('click', () => { note.remove(); undo(); });
    note.append(button);
  }
  tray?.append(note);
  closable(note);
}

function closable(note) {
  if (!note.classList.contains('toast-danger')) return;
  const button = element('button', { type: 'button', 'aria-label': 'Close' }, icon('x'));
  button.addEventListener('click', () => note.remove());
  note.append(button);
}

tray?.querySelectorAll('.toast').forEach(closable);
tray?.addEventListener('animationend', (event) => event.animationName === 'toast' && event.target.remove());

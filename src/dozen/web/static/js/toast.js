// Short messages at the edge of the screen; the time they stay is set in the style sheet.
// A message of trouble stays until it is closed.
import { element, icon } from './dom.js';

const tray = document.querySelector('#toasts');

const signs = { danger: 'warning', warning: 'warning', info: 'info' };

/** undo: {action, label, fields} of a form that takes it back; `onUndo` may do that without leaving
    the page, and says whether it has. */
export function toast(text, { kind = '', undo, onUndo } = {}) {
  const sign = kind && icon(signs[kind] ?? 'check-circle');
  const note = element('div', { class: `toast${kind && ` toast-${kind}`}` }, sign || null, element('span', {}, text));
  if (undo) note.append(undoForm(undo, note, onUndo));
  tray?.append(note);
  closable(note);
}

function undoForm({ action, label = 'Undo', fields = {} }, note, onUndo) {
  const csrf = document.querySelector('#act [name="csrf"]')?.value ?? '';
  const hidden = Object.entries({ csrf, ...fields }).map(([name, value]) => element('input', { type: 'hidden', name, value }));
  const form = element('form', { method: 'post', action }, ...hidden, element('button', {}, label));
  form.addEventListener('submit', (event) => {
    if (!onUndo?.()) return;
    event.preventDefault();
    note.remove();
  });
  return form;
}

/** A message for the next page of this tab, for a script that is about to leave. */
export const leaveNote = (flash) => sessionStorage.setItem('flash', JSON.stringify(flash));

function closable(note) {
  if (!note.classList.contains('toast-danger')) return;
  const button = element('button', { type: 'button', 'aria-label': 'Close' }, icon('x'));
  button.addEventListener('click', () => note.remove());
  note.append(button);
}

const left = sessionStorage.getItem('flash');
if (left) {
  sessionStorage.removeItem('flash');
  const { text, kind, undo } = JSON.parse(left);
  toast(text, { kind, undo });
}
tray?.querySelectorAll('.toast').forEach(closable);
tray?.addEventListener('animationend', (event) => event.animationName === 'toast' && event.target.remove());

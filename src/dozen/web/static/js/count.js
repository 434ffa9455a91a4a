// A ring and a number beside a text that may not be longer than data-count-max.
// data-count-module names a module of the room whose default export counts in its own way.
import { announce, parse } from './dom.js';

const characters = (text) => [...text].length;
const ring = `<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10"/>
  <circle cx="12" cy="12" r="10" pathLength="100" stroke-dasharray="100" stroke-linecap="round"/></svg><span></span>`;
const growsByItself = CSS.supports('field-sizing', 'content');

async function watch(field) {
  const max = Number(field.dataset.countMax);
  const box = document.querySelector(`[data-counter-for="${field.id}"]`);
  if (!max || !box) return;
  const count = field.dataset.countModule ? (await import(field.dataset.countModule)).default : characters;
  box.replaceChildren(parse(ring));
  const [track, number] = [box.querySelector('circle + circle'), box.querySelector('span')];
  let wasOver = false;
  const update = () => {
    const left = max - count(field.value);
    const over = left < 0;
    track.setAttribute('stroke-dashoffset', String(Math.max(0, (100 * left) / max)));
    track.setAttribute('opacity', left === max ? '0' : '1');
    number.textContent = left <= max / 5 || left <= 20 ? String(left) : '';
    box.classList.toggle('near', !over && left <= max / 10);
    box.classList.toggle('over', over);
    if (over !== wasOver) {
      wasOver = over;
      if (over) field.setAttribute('aria-invalid', 'true');
      else field.removeAttribute('aria-invalid');
      announce(over ? 'Too long' : 'It fits again');
    }
  };
  field.addEventListener('input', update);
  field.form?.addEventListener('reset', () => setTimeout(update));
  update();
}

function grow(field) {
  const fit = () => {
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight + 2}px`;
  };
  field.addEventListener('input', fit);
  field.form?.addEventListener('reset', () => setTimeout(fit));
  fit();
}

// ctrl or cmd and Enter sends.
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  if (event.target.matches('textarea')) event.target.form?.requestSubmit();
});

export function init(root) {
  for (const field of root.querySelectorAll('textarea')) {
    if (field.dataset.watched) continue;
    field.dataset.watched = '1';
    watch(field);
    if (!growsByItself) grow(field);
  }
}

// While a name is typed after an @, people to choose from stand below the field that has data-names (an
// address that the typed letters are added to): arrows and Enter or Tab, or a click; Escape closes.
import { announce, element, onSwap } from '../js/dom.js';

const begun = /(?:^|[^\w@/])@(\w{1,20})$/;

function typed(field) {
  if (field.selectionStart !== field.selectionEnd) return '';
  return begun.exec(field.value.slice(0, field.selectionStart))?.[1] ?? '';
}

async function ask(address) {
  try {
    const headers = { Accept: 'application/json' };
    const answer = await fetch(address, { headers, credentials: 'same-origin' });
    return answer.ok ? (await answer.json()).users : [];
  } catch {
    return []; // offline: it is only help
  }
}

function watch(field) {
  const list = element('ul', { class: 'names', role: 'listbox', id: `${field.id}-names`, 'aria-label': 'People', hidden: true });
  field.after(element('div', { class: 'names-at' }, list));
  field.setAttribute('aria-autocomplete', 'list');
  let at = 0;
  let timer = 0;

  function close() {
    list.hidden = true;
    list.replaceChildren();
    field.removeAttribute('aria-activedescendant');
    field.removeAttribute('aria-controls');
  }

  function mark(next) {
    at = (next + list.children.length) % list.children.length;
    [...list.children].forEach((line, n) => line.setAttribute('aria-selected', String(n === at)));
    field.setAttribute('aria-activedescendant', list.children[at].id);
  }

  function pick(line) {
    const end = field.selectionStart;
    field.setRangeText(`@${line.dataset.name} `, end - typed(field).length - 1, end, 'end');
    close();
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.focus();
  }

  function show(people) {
    if (!people.length) return close();
    list.replaceChildren(...people.map(({ username, name, avatar_url: picture }, n) => {
      const line = element('li', { role: 'option', id: `${list.id}-${n}`, 'data-name': username },
        picture ? element('img', { src: picture, alt: '', width: 32, height: 32 }) : element('span', { class: 'names-none' }),
        element('strong', {}, name), element('span', { class: 'sub' }, `@${username}`));
      line.addEventListener('mousedown', (event) => event.preventDefault());
      line.addEventListener('click', () => pick(line));
      return line;
    }));
    if (list.hidden) announce(`${people.length} people to choose from`);
    list.hidden = false;
    field.setAttribute('aria-controls', list.id);
    mark(0);
  }

  async function look() {
    const name = typed(field);
    if (!name) return close();
    const people = await ask(field.dataset.names + encodeURIComponent(name));
    if (typed(field) === name) show(people);
  }

  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(look, 120);
  });
  field.addEventListener('blur', close);
  field.form?.addEventListener('reset', close);
  field.addEventListener('keydown', (event) => {
    if (list.hidden || event.ctrlKey || event.metaKey || event.isComposing) return;
    const act = {
      ArrowDown: () => mark(at + 1),
      ArrowUp: () => mark(at - 1),
      Enter: () => pick(list.children[at]),
      Tab: () => pick(list.children[at]),
      Escape: close,
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
}

function start(root) {
  for (const field of root.querySelectorAll('textarea[data-names]')) {
    if (field.dataset.naming) continue;
    field.dataset.naming = '1';
    watch(field);
  }
}

onSwap(start);
start(document);

// Forms with data-enhance are sent without leaving the page; buttons with data-toggle change at once,
// and change back with a word if the server says no.
import { compact, element, swap } from './dom.js';
import { directions, goToLogin, send, trouble } from './send.js';
import { leaveNote, toast } from './toast.js';

const setting = (form, by, name) => by?.dataset[name] ?? form.dataset[name];

function bodyOf(form, by) {
  const body = new FormData(form);
  if (by?.name) body.append(by.name, by.value);
  return body;
}

function targetOf(form, by) {
  const selector = setting(form, by, 'target');
  const from = by?.form === form && by.closest('[data-swap]') ? by : form;
  return selector ? document.querySelector(selector) : from.closest('[data-swap]') ?? (form.id === 'act' ? null : form);
}

// The message is shown on the page that comes. A mere #part would not load one.
function leave({ to, flash }) {
  if (flash) leaveNote(flash);
  const { href, pathname, search, hash } = new URL(to, location);
  const stays = hash && pathname + search === location.pathname + location.search;
  location.assign(href);
  if (stays) location.reload();
}

async function submit(form, by) {
  if (form.getAttribute('aria-busy') === 'true' || by?.getAttribute('aria-busy') === 'true') return;
  const busy = form.id === 'act' && by ? by : form;
  const method = (by?.getAttribute('formmethod') ?? form.method).toUpperCase();
  let url = by?.getAttribute('formaction') ?? form.getAttribute('action') ?? location.href;
  let body = bodyOf(form, by);
  if (method === 'GET') {
    url = new URL(url, location);
    url.search = new URLSearchParams(body);
    body = undefined;
  }
  const hasFiles = body && [...body.values()].some((value) => value instanceof File && value.size);
  const progress = hasFiles && element('progress', { max: 1, 'aria-label': 'Sending' });
  if (progress) (form.querySelector('.previews') ?? form).after(progress);
  busy.setAttribute('aria-busy', 'true');
  let answer;
  try {
    answer = await send(String(url), { method, body, onProgress: progress && ((part) => { progress.value = part; }) });
  } catch { /* no network: said below */ } finally {
    busy.removeAttribute('aria-busy');
    if (progress) progress.remove();
  }
  if (answer?.status === 401) return goToLogin();
  const isPage = answer?.type.includes('html');
  if (answer?.ok) {
    if (answer.redirected) return location.assign(answer.url);
    form.dispatchEvent(new CustomEvent('sent', { bubbles: true }));
    const onward = directions(answer);
    if (onward) return leave(onward);
    by?.closest('dialog')?.close();
    const mode = setting(form, by, 'mode') ?? 'replace';
    if (mode !== 'replace' && mode !== 'inner') {
      form.reset();
      for (const open of form.querySelectorAll('details[open]')) open.open = false;
    }
    swap(targetOf(form, by), isPage ? answer.text : '', mode);
    if (method === 'GET') history.replaceState(history.state, '', url);
  } else if (isPage && answer.status < 500 && form.id !== 'act') {
    swap(form.closest('[data-swap]') ?? form, answer.text);
  } else {
    toast(trouble(answer), { kind: 'danger' });
  }
}

const confirmed = new WeakMap();
const isOn = (button) => button.getAttribute('aria-pressed') === 'true';

function flip(button) {
  const before = button.getAttribute('formaction');
  button.setAttribute('formaction', button.dataset.toggle);
  button.dataset.toggle = before;
  button.setAttribute('aria-pressed', String(!isOn(button)));
  button.classList.toggle('popped', isOn(button));
  const count = button.querySelector('[data-count]');
  if (!count) return;
  count.dataset.count = Math.max(0, Number(count.dataset.count) + (isOn(button) ? 1 : -1));
  count.textContent = Number(count.dataset.count) ? compact(Number(count.dataset.count)) : '';
}

// What a button has done is undone by the button, as long as it is there.
function say(button, done, { text, kind, undo }) {
  const onUndo = () => {
    if (button.isConnected && isOn(button) === done) toggle(button);
    return button.isConnected;
  };
  toast(text, { kind, undo, onUndo });
}

async function toggle(button) {
  const waiting = confirmed.has(button);
  if (!waiting) confirmed.set(button, isOn(button));
  flip(button);
  if (waiting) return;
  while (isOn(button) !== confirmed.get(button)) {
    const wanted = isOn(button);
    let answer;
    try {
      answer = await send(button.dataset.toggle, { body: bodyOf(button.form, button), follow: false });
    } catch { /* no network: said below */ }
    if (answer?.status === 401) return goToLogin();
    if (answer?.ok) {
      confirmed.set(button, wanted);
      const onward = directions(answer);
      if (onward?.flash) say(button, wanted, onward.flash);
      else if (!onward && !answer.redirected && button.dataset.target) swap(document.querySelector(button.dataset.target), answer.text);
    } else {
      if (isOn(button) !== confirmed.get(button)) flip(button);
      button.classList.remove('popped');
      toast(trouble(answer), { kind: 'danger' });
    }
  }
  confirmed.delete(button);
}

document.addEventListener('submit', (event) => {
  const { target: form, submitter: by } = event;
  if (event.defaultPrevented) return;
  if (by?.dataset.toggle) {
    event.preventDefault();
    toggle(by);
  } else if (form.hasAttribute('data-enhance') || by?.hasAttribute('data-enhance')) {
    event.preventDefault();
    submit(form, by);
  }
});

// A select or checkbox with data-submit sends its form when it changes (filters, sorting).
document.addEventListener('change', (event) => {
  if (event.target.closest('[data-submit]')) event.target.form?.requestSubmit();
  const output = event.target.type === 'range' && event.target.parentElement.querySelector('output');
  if (output) output.value = event.target.value;
});

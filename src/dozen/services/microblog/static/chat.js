// An open conversation: begins at its end, follows new messages there, and says that they were read once
// somebody looks at them.
const chat = document.getElementById('chat');
const composer = document.getElementById('compose');
const csrf = document.querySelector('#act [name="csrf"]')?.value ?? '';
let fresh = false;

const atEnd = () => !composer || composer.getBoundingClientRect().top < innerHeight + 200;
const toEnd = () => (composer ?? chat).scrollIntoView({ block: 'end', behavior: 'instant' });

async function read() {
  if (!fresh || document.hidden) return;
  fresh = false;
  try {
    const body = new URLSearchParams({ csrf });
    const headers = { 'X-Requested-With': 'dozen', Accept: 'text/html' };
    const answer = await fetch(chat.dataset.read, { method: 'POST', body, headers, credentials: 'same-origin' });
    if (!answer.ok) fresh = true;
  } catch {
    fresh = true; // offline: said when the page is looked at again
  }
}

if (chat?.dataset.read) {
  if (!location.hash) toEnd();
  let near = true;
  addEventListener('scroll', () => { near = atEnd(); }, { passive: true });
  new MutationObserver((changes) => {
    const added = changes.flatMap((change) => [...change.addedNodes]);
    if (!added.some((node) => node.nodeType === 1 && node.matches('.bubble'))) return;
    if (near) toEnd();
    if (added.some((node) => node.nodeType === 1 && node.matches('.bubble:not(.mine)'))) fresh = true;
    read();
  }).observe(chat, { childList: true });
  document.addEventListener('visibilitychange', read);
}

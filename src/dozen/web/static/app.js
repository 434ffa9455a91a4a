// The entry: small modules that serve every page, and others fetched only where an element asks.
// Nothing here is needed for a page to work.
import { onSwap } from './js/dom.js';
import './js/enhance.js';
import './js/popup.js';
import './js/open.js';
import './js/keys.js';
import './js/theme.js';
import './js/toast.js';

const features = [
  ['time[data-ago]', () => import('./js/ago.js')],
  ['[data-feed]', () => import('./js/paging.js')],
  ['html[data-stream]', () => import('./js/live.js')],
  ['[data-wait]', () => import('./js/wait.js')],
  ['[data-read]', () => import('./js/read.js')],
  ['textarea', () => import('./js/count.js')],
  ['[data-draft]', () => import('./js/draft.js')],
  ['input[data-preview]', () => import('./js/upload.js')],
  ['[data-copy], [data-copy-from], [data-share]', () => import('./js/copy.js')],
];

function start(root) {
  for (const [selector, load] of features) {
    if (root.matches?.(selector) || root.querySelector(selector)) load().then((module) => module.init?.(root));
  }
}

onSwap(start);
start(document);

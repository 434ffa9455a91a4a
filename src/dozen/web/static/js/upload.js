// Chosen files are shown before they are sent, can be taken away, described, dropped and pasted.
// The input keeps the truth: what is shown is what its form will send.
import { element, icon } from './dom.js';
import { toast } from './toast.js';

const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`);

function accepted(input, file) {
  const kinds = input.accept.split(',').map((kind) => kind.trim()).filter(Boolean);
  const fits = (kind) => {
    if (kind.startsWith('.')) return file.name.toLowerCase().endsWith(kind);
    return kind.endsWith('/*') ? file.type.startsWith(kind.slice(0, -1)) : file.type === kind;
  };
  return !kinds.length || kinds.some(fits);
}

function box(file, words, altName, remove) {
  const away = { type: 'button', class: 'btn btn-icon btn-sm', 'aria-label': `Remove ${file.name}` };
  const button = element('button', away, icon('x'));
  button.addEventListener('click', remove);
  const picture = file.type.startsWith('image/')
    ? element('img', { src: URL.createObjectURL(file), alt: '' })
    : element('div', { class: 'file' }, `${file.name}, ${size(file.size)}`);
  const about = altName && element('input', {
    class: 'input', name: altName, value: words, maxlength: 1500,
    placeholder: 'Describe it', 'aria-label': `Description of ${file.name}`,
  });
  const made = element('div', { class: 'preview' }, picture, button, about || null);
  made.file = file;
  return made;
}

function watch(input) {
  const tray = document.querySelector(input.dataset.preview);
  if (!tray) return;
  const max = Number(input.dataset.max) || (input.multiple ? 99 : 1);
  let files = [];

  function put(next) {
    files = next;
    const transfer = new DataTransfer();
    files.forEach((file) => transfer.items.add(file));
    input.files = transfer.files;
    show();
  }

  function add(more) {
    const good = more.filter((file) => accepted(input, file));
    if (good.length < more.length) toast('Some files are of a kind that is not taken here.', { kind: 'danger' });
    const all = input.multiple ? [...files, ...good] : good.slice(-1);
    if (all.length > max) toast(`Up to ${max} files. The first ${max} are kept.`, { kind: 'danger' });
    put(all.slice(0, max));
  }

  function show() {
    const words = new Map([...tray.children].map((shown) => [shown.file, shown.querySelector('input')?.value ?? '']));
    for (const picture of tray.querySelectorAll('img')) URL.revokeObjectURL(picture.src);
    tray.replaceChildren(...files.map((file) => box(file, words.get(file) ?? '', input.dataset.altName, () => {
      put(files.filter((other) => other !== file));
      input.focus();
    })));
  }

  input.addEventListener('change', () => add([...input.files].filter((file) => !files.includes(file))));
  input.form?.addEventListener('reset', () => { files = []; show(); });

  const area = input.closest('[data-drop]') ?? input.form;
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');
  area?.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    area.classList.add('dragging');
  });
  area?.addEventListener('dragleave', (event) => {
    if (!area.contains(event.relatedTarget)) area.classList.remove('dragging');
  });
  area?.addEventListener('drop', (event) => {
    area.classList.remove('dragging');
    if (!hasFiles(event)) return;
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });
  input.form?.addEventListener('paste', (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    if (pasted.length) add(pasted);
  });
}

export function init(root) {
  for (const input of root.querySelectorAll('input[data-preview]')) {
    if (input.dataset.watched) continue;
    input.dataset.watched = '1';
    watch(input);
  }
}

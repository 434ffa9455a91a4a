// What happens elsewhere, from the server's event streams. All tabs of a browser share one connection where it
// has shared workers; elsewhere only pages that are looked at have one.

const me = document.documentElement.dataset.me ?? '';
const places = new Map(); // address of a stream -> who is told
const tell = ({ address, ...event }) => places.get(address)?.(event);
let join;
let leave;

async function alone() {
  const { Line } = await import('./line.js');
  const line = new Line(me);
  const shown = (then) => (event) => {
    if (event?.persisted === false) return;
    for (const address of places.keys()) {
      if (document.hidden) line.leave(address);
      else if (!line.has(address)) line.join(address, address, tell);
      if (then && !document.hidden) tell({ address, name: 'again' });
    }
  };
  document.addEventListener('visibilitychange', shown(true));
  addEventListener('pageshow', shown(true));
  addEventListener('pagehide', () => { for (const address of places.keys()) line.leave(address); });
  join = shown(false);
  leave = (address) => line.leave(address);
  join();
}

function together() {
  const worker = new SharedWorker(new URL('./tabs.js', import.meta.url), { type: 'module', name: me });
  let works = true;
  worker.addEventListener('error', () => {
    if (works) alone(); // a browser that knows no modules in workers
    works = false;
  });
  const say = (what) => works && worker.port.postMessage(what);
  const back = () => { for (const address of places.keys()) say({ join: address, back: true }); };
  worker.port.onmessage = ({ data }) => (data.name === 'there' ? say({}) : tell(data));
  document.addEventListener('visibilitychange', () => document.hidden || back());
  addEventListener('pageshow', (event) => event.persisted && back());
  addEventListener('pagehide', () => say({ leave: true }));
  join = (address) => say({ join: address });
  leave = (address) => say({ leave: address });
}

/** Calls `told({ name, data })` for each event of the stream at `address`; name `live` when it is connected,
    `again` when something may have been missed. */
export function follow(address, told) {
  places.set(address, told);
  if (!join) {
    join = () => {};
    if ('SharedWorker' in window) together();
    else alone();
  }
  join(address);
}

export function unfollow(address) {
  places.delete(address);
  leave?.(address);
}

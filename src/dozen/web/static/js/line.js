// One connection for the event streams of many pages: /live?at=…&at=…. Browsers keep no more than six to a
// site over HTTP/1.1, and each tab has a stream.
const NAMES = ['count', 'new', 'html', 'toast', 'ready'];
const MOST = 30; // addresses, as the server allows
const KNOWN = 500; // frames that are remembered, so that none is told twice

export class Line {
  #listeners = new Map(); // key -> { address, tell }
  #seen = new Map(); // address and id of an event -> the source that brought it
  #me;
  #at = [];
  #source;
  #broken = false;
  #tries = 0;
  #soon;

  /** `me`: the id of the person whose pages these are; the server tells nobody else's browser anything. */
  constructor(me) {
    this.#me = me;
  }

  has(key) {
    return this.#listeners.has(key);
  }

  /** Calls `tell({ address, name, data })` for each event of `address`; name `live` when it is connected, and
      `again` when something may have been missed. */
  join(key, address, tell) {
    this.#listeners.delete(key);
    this.#listeners.set(key, { address, tell });
    if (!this.#source || !this.#at.includes(address)) this.#connect(30);
    else if (this.#source.readyState === EventSource.OPEN) tell({ address, name: 'live' });
  }

  leave(key) {
    this.#listeners.delete(key);
    if (this.#listeners.size) return;
    clearTimeout(this.#soon);
    this.#source?.close();
    this.#source = undefined;
  }

  #connect(after) {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => this.#open(), after);
  }

  // The new connection stands before the old one ends, so that nothing falls between them.
  #open() {
    const old = this.#source;
    this.#at = [...new Set([...this.#listeners.values()].map(({ address }) => address))].slice(-MOST);
    const at = this.#at;
    const query = new URLSearchParams([['me', this.#me], ...at.map((address) => ['at', address])]);
    const source = new EventSource(`/live?${query}`);
    this.#source = source;
    for (const name of NAMES) source.addEventListener(name, (event) => this.#bring(source, at, name, event));
    source.addEventListener('over', () => source.close()); // somebody else is signed in here now, or nobody
    source.addEventListener('open', () => {
      old?.close();
      this.#tries = 0;
      for (const { address, tell } of this.#listeners.values()) {
        if (!at.includes(address)) continue;
        tell({ address, name: 'live' });
        if (this.#broken) tell({ address, name: 'again' });
      }
      this.#broken = false;
    });
    source.addEventListener('error', () => {
      old?.close();
      this.#broken = true;
      if (source !== this.#source || source.readyState !== EventSource.CLOSED) return; // it tries by itself
      this.#tries += 1;
      this.#connect(Math.min(60, 3 * 2 ** this.#tries) * (500 + 500 * Math.random()));
    });
  }

  #bring(source, at, name, event) {
    const end = event.data.indexOf('\n');
    const address = at[Number(event.data.slice(0, end))];
    if (event.lastEventId) {
      const mark = `${event.lastEventId} ${address}`;
      if ((this.#seen.get(mark) ?? source) !== source) return;
      this.#seen.set(mark, source);
      if (this.#seen.size > KNOWN) this.#seen.delete(this.#seen.keys().next().value);
    }
    const data = JSON.parse(event.data.slice(end + 1));
    for (const listener of this.#listeners.values()) {
      if (listener.address === address) listener.tell({ address, name, data });
    }
  }
}

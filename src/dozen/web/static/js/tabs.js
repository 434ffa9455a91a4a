// A shared worker: holds the one connection for all tabs of one person. It lives while any of them does.
import { Line } from './line.js';

const ASK = 60_000; // a tab that crashed says no goodbye: it is asked whether it is there
const GONE = 150_000;
const line = new Line(self.name);
const tabs = new Set();

class Tab {
  heard = Date.now();
  #keys = new Map(); // address -> what the line knows it by

  constructor(port) {
    this.port = port;
    port.onmessage = ({ data }) => this.#hear(data);
  }

  #hear({ join, leave, back }) {
    this.heard = Date.now();
    if (leave === true) return this.end();
    tabs.add(this);
    if (leave) this.#leave(leave);
    if (!join) return undefined;
    // One that slept, and was taken for gone, has missed what came meanwhile.
    if (back && !this.#keys.has(join)) this.port.postMessage({ address: join, name: 'again' });
    if (!this.#keys.has(join)) this.#keys.set(join, {});
    return line.join(this.#keys.get(join), join, (message) => this.port.postMessage(message));
  }

  #leave(address) {
    line.leave(this.#keys.get(address));
    this.#keys.delete(address);
  }

  end() {
    for (const address of [...this.#keys.keys()]) this.#leave(address);
    tabs.delete(this);
  }
}

self.addEventListener('connect', ({ ports: [port] }) => tabs.add(new Tab(port)));

setInterval(() => {
  for (const tab of tabs) {
    if (Date.now() - tab.heard > GONE) tab.end();
    else tab.port.postMessage({ name: 'there' });
  }
}, ASK);

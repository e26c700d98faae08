import { LitElement, html, nothing } from "lit";
import { bytes, number } from "../components/units.js";
import { text } from "../text.en.js";

const { stores } = text.cache;

/** Where answers and state are kept, and how these stores are. */
class LarderStores extends LitElement {
  /** What GET /api/cache tells. */
  static properties = { report: { attribute: false } };

  createRenderRoot() {
    return this;
  }

  render() {
    const { report } = this;
    return html`
      <section data-panel aria-labelledby="stores">
        <h2 id="stores">${stores.title}</h2>
        <div data-cards>
          ${["cache", "state"].map((name) => this.#store(name, report.stores[name]))}
          <article data-card>
            <h3>${stores.node}</h3>
            <dl>
              <dt>${stores.memory}</dt>
              <dd>${bytes(report.memoryBytes)}</dd>
              <dt>${stores.evicted}</dt>
              <dd>${number(report.evicted)}</dd>
            </dl>
          </article>
        </div>
      </section>
    `;
  }

  #store(name, store) {
    return html`
      <article data-card>
        <h3>${stores.name[name]}</h3>
        <p><span data-store=${store.state}>${text.page.storeState[store.state]}</span></p>
        <p data-soft>${stores.meaning[store.state]}</p>
        ${store.breaker === undefined ? nothing : this.#server(store)}
      </article>
    `;
  }

  #server(store) {
    return html`
      <dl>
        <dt>${stores.address}</dt>
        <dd>${store.address}</dd>
        <dt>${stores.breaker}</dt>
        <dd>${stores.breakerState(store.breaker, store.opened)}</dd>
        ${store.memoryBytes === undefined ? nothing : this.#occupancy(store)}
      </dl>
    `;
  }

  #occupancy({ memoryBytes, memoryBytesMax, keys, evictedKeys }) {
    return html`
      <dt>${stores.memory}</dt>
      <dd>
        ${
          memoryBytesMax === 0
            ? stores.unbounded(bytes(memoryBytes))
            : html`
                ${stores.bounded(bytes(memoryBytes), bytes(memoryBytesMax))}
                <meter min="0" max=${memoryBytesMax} .value=${memoryBytes} aria-label=${stores.memory}></meter>
              `
        }
      </dd>
      <dt>${stores.keys}</dt>
      <dd>${number(keys)}</dd>
      <dt>${stores.evicted}</dt>
      <dd>${number(evictedKeys)}</dd>
    `;
  }
}

customElements.define("larder-stores", LarderStores);

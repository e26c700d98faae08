import { LitElement, html, nothing } from "lit";
import { ContextController } from "../context/lit.js";
import { text } from "../text.en.js";
import { share } from "./units.js";

const { page } = text;

/** The hit ratio of the last minutes and the state of the stores, in the header. */
class LarderLive extends LitElement {
  static properties = { context: { attribute: false } };

  constructor() {
    super();
    new ContextController(this, "live");
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const { live } = this.context;
    const ratio = live?.recent.hitRatio;
    return html`
      <section data-live aria-label=${page.live}>
        ${
          ratio === undefined
            ? html`<span>${live ? page.noRequests : nothing}</span>`
            : html`
                <meter min="0" max="1" .value=${ratio} aria-label=${page.hitRatioMeaning}></meter>
                <span title=${page.hitRatioMeaning}>${share(ratio)} ${page.hitRatio}</span>
              `
        }
        ${Object.keys(page.store).map((name) => this.#store(name, live?.stores[name]?.state ?? "UNKNOWN"))}
      </section>
    `;
  }

  #store(name, state) {
    return html`<span data-store=${state}>${page.store[name]} <span>${page.storeState[state]}</span></span>`;
  }
}

/** What it means for people when a store does not respond. */
class LarderDegraded extends LitElement {
  static properties = { context: { attribute: false } };

  constructor() {
    super();
    new ContextController(this, "live");
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const stores = this.context.live?.stores ?? {};
    const down = Object.keys(page.degraded).filter((name) => stores[name]?.state === "DEGRADED");
    return html`<div role="status">${down.map((name) => html`<p data-banner>${page.degraded[name]}</p>`)}</div>`;
  }
}

customElements.define("larder-live", LarderLive);
customElements.define("larder-degraded", LarderDegraded);

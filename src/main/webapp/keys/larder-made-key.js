import { LitElement, html, nothing } from "lit";
import "../components/larder-copy.js";
import { text } from "../text.en.js";

const { keys } = text;

/** A key that was just made, for the only time. @fires key-taken */
class LarderMadeKey extends LitElement {
  static properties = { made: { attribute: false } };

  constructor() {
    super();
    this.made = null;
  }

  createRenderRoot() {
    return this;
  }

  /** The place is there all the time, so that what comes into it is read out. */
  render() {
    return html`<div role="status">${this.made === null ? nothing : this.#shown()}</div>`;
  }

  #shown() {
    return html`
      <section data-card data-made>
        <h2>${keys.made(this.made.owner)}</h2>
        <p>${keys.madeOnce}</p>
        <p data-secret><code>${this.made.key}</code></p>
        <div data-row>
          <larder-copy .text=${this.made.key} .label=${keys.copy}></larder-copy>
          <button data-quiet type="button" @click=${this.#taken}>${keys.taken}</button>
        </div>
      </section>
    `;
  }

  #taken() {
    this.dispatchEvent(new CustomEvent("key-taken"));
  }
}

customElements.define("larder-made-key", LarderMadeKey);

import { LitElement, html } from "lit";
import { text } from "../text.en.js";

/** How long it says that it was done, in milliseconds. */
const SAID = 2_000;

/** A button that copies a text. */
class LarderCopy extends LitElement {
  static properties = { text: { attribute: false }, label: { attribute: false }, said: { state: true } };

  constructor() {
    super();
    this.text = "";
    this.label = text.page.copy;
    this.said = "";
  }

  createRenderRoot() {
    return this;
  }

  render() {
    return html`
      <button data-small type="button" @click=${this.#copy}>${this.said || this.label}</button>
      <span data-hidden role="status">${this.said}</span>
    `;
  }

  async #copy() {
    try {
      // pages that came without TLS from another host have no clipboard
      await navigator.clipboard.writeText(this.text);
      this.said = text.page.copied;
    } catch {
      this.said = text.page.notCopied;
    }
    setTimeout(() => (this.said = ""), SAID);
  }
}

customElements.define("larder-copy", LarderCopy);

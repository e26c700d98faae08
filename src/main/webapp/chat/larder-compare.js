import { LitElement, html } from "lit";
import { text } from "../text.en.js";
import { diff } from "./diff.js";

const { chat } = text;

/** Two answers to the same question, side by side. @fires close */
class LarderCompare extends LitElement {
  static properties = { before: { attribute: false }, after: { attribute: false } };

  createRenderRoot() {
    return this;
  }

  firstUpdated() {
    this.querySelector("dialog").showModal();
  }

  render() {
    const found = diff(this.before, this.after);
    const same = this.before === this.after;
    return html`
      <dialog data-wide aria-labelledby="compared" @close=${() => this.dispatchEvent(new Event("close"))}>
        <form method="dialog">
          <h2 id="compared">${chat.compared}</h2>
          <p>${same ? chat.same : chat.different}</p>
          <div data-columns>
            <section><h3>${chat.before}</h3><p data-said>${this.#pieces(found.before, "del")}</p></section>
            <section><h3>${chat.after}</h3><p data-said>${this.#pieces(found.after, "ins")}</p></section>
          </div>
          <div data-row><button autofocus>${text.page.close}</button></div>
        </form>
      </dialog>
    `;
  }

  #pieces(pieces, kind) {
    const changed = kind === "del" ? (word) => html`<del>${word}</del>` : (word) => html`<ins>${word}</ins>`;
    return pieces.map(([word, same]) => (same ? word : changed(word)));
  }
}

customElements.define("larder-compare", LarderCompare);

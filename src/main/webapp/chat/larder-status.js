import { LitElement, html, nothing } from "lit";
import { short, span } from "../components/units.js";
import { savedMillis } from "../context/cache-status.js";
import { text } from "../text.en.js";

const { chat } = text;

/** Where an answer came from, how old it is and what it saved. */
class LarderStatus extends LitElement {
  static properties = { turn: { attribute: false }, status: { attribute: false } };

  createRenderRoot() {
    return this;
  }

  render() {
    const result = this.status?.result || this.turn.cache;
    if (!result) {
      return nothing;
    }
    return html`
      <span data-badge=${result}>${result}</span>
      <span>${chat.meaning[result] ?? nothing}</span>
      ${this.status ? this.#seen(this.status) : nothing} ${this.#tokens(result)} ${this.#provider()}
    `;
  }

  #seen(status) {
    const saved = savedMillis(status);
    return html`
      ${status.millis === null ? nothing : html`<span>${chat.took(span(status.millis))}</span>`}
      ${status.ageSeconds === null ? nothing : html`<span>${chat.age(span(status.ageSeconds * 1_000))}</span>`}
      ${saved === null ? nothing : html`<span>${chat.saved(span(saved))}</span>`}
    `;
  }

  #tokens(result) {
    const { usage } = this.turn;
    const sum = (usage?.input ?? 0) + (usage?.output ?? 0);
    if (sum === 0) {
      return nothing;
    }
    return html`<span>${SPARED.has(result) ? chat.tokensSaved(short(sum)) : chat.tokens(short(sum))}</span>`;
  }

  #provider() {
    const provider = this.status?.provider || this.turn.provider;
    const model = this.turn.model ?? "";
    return provider || model ? html`<span>${[model, provider].filter(Boolean).join(" · ")}</span>` : nothing;
  }
}

/** Results for which no provider was paid. */
const SPARED = new Set(["HIT", "STALE", "COLLAPSED"]);

customElements.define("larder-status", LarderStatus);

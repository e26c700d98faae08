import { LitElement, html, nothing } from "lit";

const MEANING = {
  HIT: "answered from the cache",
  MISS: "answered by the provider",
  BYPASS: "answered by the provider; the cache was left out",
};

/** Where an answer came from, how old it is and what it saved. */
class LarderStatus extends LitElement {
  static properties = { status: { attribute: false }, millis: { attribute: false } };

  createRenderRoot() {
    return this;
  }

  render() {
    const { result, key, ageSeconds } = this.status;
    return html`
      <span data-badge=${result}>${result}</span>
      <span>${MEANING[result] ?? nothing}</span>
      ${this.millis === null ? nothing : html`<span>took ${span(this.millis)}</span>`}
      ${ageSeconds === null ? nothing : html`<span>age ${ageSeconds === 0 ? "0 s" : span(ageSeconds * 1000)}</span>`}
      ${this.#saved() === null ? nothing : html`<span>saved ${span(this.#saved())}</span>`}
      ${key ? html`<span>key <code title=${key}>${key.slice(0, 12)}…</code></span>` : nothing}
    `;
  }

  /** What the provider took when the entry was made, less what this answer took. */
  #saved() {
    const { providerMillis } = this.status;
    return providerMillis === null || this.millis === null ? null : Math.max(0, providerMillis - this.millis);
  }
}

/** A span of time for people: 12 ms, 1.9 s, 5 min, 3 h. */
function span(millis) {
  if (millis < 1000) {
    return `${Math.round(millis)} ms`;
  }
  if (millis < 60_000) {
    return `${(millis / 1000).toFixed(1)} s`;
  }
  return millis < 3_600_000 ? `${Math.round(millis / 60_000)} min` : `${Math.round(millis / 3_600_000)} h`;
}

customElements.define("larder-status", LarderStatus);

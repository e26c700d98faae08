import { LitElement, html, nothing } from "lit";
import { complaint, explain } from "../components/problems.js";
import { ContextController } from "../context/lit.js";
import { text } from "../text.en.js";
import "./larder-entries.js";
import "./larder-figures.js";
import "./larder-invalidate.js";
import "./larder-warm.js";
import "./larder-stores.js";
import "./larder-types.js";

/** How often figures are asked for, in milliseconds: as often as there is a new step of history. */
const EVERY = 10_000;

/** The cache as operators see it: figures, stores, entries, and what can be done about them. */
class LarderCache extends LitElement {
  static properties = {
    context: { attribute: false },
    match: { attribute: false },
    report: { state: true },
    history: { state: true },
    problem: { state: true },
  };

  #timer = 0;

  constructor() {
    super();
    this.report = null;
    this.history = null;
    this.problem = "";
    new ContextController(this, "me");
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#timer = setInterval(() => this.#load(), EVERY);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  firstUpdated() {
    this.#load();
  }

  render() {
    const { context } = this;
    if (!context.isAdmin) {
      return html`<h1>${text.cache.title}</h1><p>${text.cache.forAdmins}</p>`;
    }
    return html`
      <h1>${text.cache.title}</h1>
      ${complaint(this.problem)}
      <larder-figures .context=${context} .history=${this.history} .report=${this.report}></larder-figures>
      ${this.report === null ? nothing : this.#reported()}
      <larder-invalidate .context=${context} .types=${this.#types()} @done=${this.#changed}></larder-invalidate>
      <larder-entries .context=${context} .types=${this.#types()}></larder-entries>
      <larder-warm .context=${context} @done=${this.#changed}></larder-warm>
      <section data-panel aria-labelledby="export">
        <h2 id="export">${text.cache.exporting}</h2>
        <p data-soft>${text.cache.exportMeaning}</p>
        <p><a data-button href=${context.api.address("api/cache/export")} download="larder-cache.jsonl">${text.cache.export}</a></p>
      </section>
    `;
  }

  #reported() {
    return html`
      <larder-types .report=${this.report}></larder-types>
      <larder-stores .report=${this.report}></larder-stores>
    `;
  }

  #types() {
    return Object.keys(this.report?.types ?? {});
  }

  #changed() {
    this.querySelector("larder-entries").reload();
    this.#load();
  }

  async #load() {
    if (document.hidden || !this.context.isAdmin) {
      return;
    }
    try {
      const { api } = this.context;
      [this.report, this.history] = await Promise.all([api.get("api/cache"), api.get("api/cache/history")]);
      this.problem = "";
    } catch (error) {
      this.problem = explain(error);
    }
  }
}

customElements.define("larder-cache", LarderCache);

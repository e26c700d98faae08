import { LitElement, html, nothing } from "lit";
import "../components/larder-copy.js";
import { complaint, explain } from "../components/problems.js";
import { bytes, moment, span } from "../components/units.js";
import { text } from "../text.en.js";
import { pathOf } from "./entries.js";

const { entries: words } = text.cache;

/**
 * One entry in a dialog, as the store has it now. Tells `close`, and `remove` with the entry when it is to be deleted.
 */
class LarderEntry extends LitElement {
  static properties = {
    context: { attribute: false },
    /** @type {?import("./entries.js").Entry} null = nothing is shown */
    entry: { attribute: false },
    current: { state: true },
    problem: { state: true },
  };

  constructor() {
    super();
    this.entry = null;
    this.current = null;
    this.problem = "";
  }

  createRenderRoot() {
    return this;
  }

  updated(changed) {
    if (changed.has("entry")) {
      const dialog = this.querySelector("dialog");
      if (this.entry === null) {
        dialog.close();
      } else {
        dialog.showModal();
        this.#load(this.entry);
      }
    }
  }

  render() {
    const entry = this.current ?? this.entry;
    return html`
      <dialog aria-labelledby="entry" @close=${this.#closed}>
        <h2 id="entry">${words.entry}</h2>
        ${complaint(this.problem)} ${entry === null ? nothing : this.#facts(entry)}
        <div data-row>
          <button data-quiet type="button" autofocus @click=${(event) => event.target.closest("dialog").close()}>
            ${text.page.close}
          </button>
          <larder-copy .text=${entry?.key ?? ""} .label=${words.copyKey}></larder-copy>
          <button data-danger type="button" @click=${this.#remove}>${words.remove}</button>
        </div>
      </dialog>
    `;
  }

  #facts(entry) {
    const left = Date.parse(entry.expiresAt) - Date.now();
    const facts = [
      [words.key, html`<code>${entry.key}</code>`],
      [words.type, entry.type],
      [words.model, entry.model],
      [words.provider, entry.provider],
      [words.user, entry.user && words.userOf(entry.user, entry.tenant)],
      [words.namespace, entry.namespace],
      [words.tags, entry.tags.length === 0 ? null : html`<ul data-tags>${entry.tags.map((tag) => html`<li>${tag}</li>`)}</ul>`],
      [words.stored, moment(entry.storedAt)],
      [words.expires, `${moment(entry.expiresAt)} (${left > 0 ? words.inTime(span(left)) : words.past})`],
      [words.size, bytes(entry.bytes)],
    ];
    return html`
      <dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value || text.cache.chart.none}</dd>`)}</dl>
    `;
  }

  async #load(entry) {
    this.current = null;
    this.problem = "";
    try {
      const current = await this.context.api.get(pathOf(entry.key));
      if (this.entry === entry) {
        // of an answer that is there as JSON and as a stream, the row says which; and how much it takes where it is stored
        this.current = current.key === entry.key ? { ...current, bytes: entry.bytes } : entry;
      }
    } catch (error) {
      if (this.entry === entry) {
        this.problem = error.status === 404 ? words.gone : explain(error);
      }
    }
  }

  #closed() {
    if (this.entry !== null) {
      this.dispatchEvent(new Event("close"));
    }
  }

  #remove() {
    this.dispatchEvent(new CustomEvent("remove", { detail: this.entry }));
  }
}

customElements.define("larder-entry", LarderEntry);

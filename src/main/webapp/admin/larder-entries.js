import { LitElement, html, nothing } from "lit";
import { ask } from "../components/ask.js";
import { complaint, explain } from "../components/problems.js";
import { bytes, span } from "../components/units.js";
import { text } from "../text.en.js";
import { page, pathOf } from "./entries.js";
import "./larder-entry.js";

const { entries: words } = text.cache;

/** Entries that are asked for at once. */
const PAGE = 50;

const HOUR = 3_600_000;

/** Ages by which entries can be picked, in milliseconds. */
const AGES = [0, HOUR, 24 * HOUR, 7 * 24 * HOUR];

/** The entries of the cache: picked by what they are filed under, looked at, deleted. */
class LarderEntries extends LitElement {
  static properties = {
    context: { attribute: false },
    types: { attribute: false },
    entries: { state: true },
    cursor: { state: true },
    busy: { state: true },
    problem: { state: true },
    said: { state: true },
    shown: { state: true },
  };

  #filter = {};
  #asked = 0;

  constructor() {
    super();
    this.types = [];
    this.entries = [];
    this.cursor = "";
    this.busy = true;
    this.problem = "";
    this.said = "";
    this.shown = null;
  }

  createRenderRoot() {
    return this;
  }

  firstUpdated() {
    this.reload();
  }

  /** Reads the first page anew. */
  reload() {
    return this.#read("");
  }

  render() {
    return html`
      <section data-panel aria-labelledby="entries">
        <h2 id="entries">${words.title}</h2>
        ${this.#form()} ${complaint(this.problem)}
        <p data-soft role="status">${this.busy ? words.reading : this.said || words.shown(this.entries.length, this.cursor !== "")}</p>
        ${this.entries.length === 0 ? nothing : this.#table()}
        ${
          this.cursor === ""
            ? nothing
            : html`<p>
                <button data-quiet type="button" ?disabled=${this.busy} @click=${() => this.#read(this.cursor)}>${words.more}</button>
              </p>`
        }
        <larder-entry
          .context=${this.context}
          .entry=${this.shown}
          @close=${() => (this.shown = null)}
          @remove=${(event) => this.#remove(event.detail)}
        ></larder-entry>
      </section>
    `;
  }

  #form() {
    return html`
      <form data-filter aria-label=${words.filter} @submit=${this.#submit}>
        <div data-field>
          <label for="entry-type">${words.type}</label>
          <input id="entry-type" name="type" list="entry-types" maxlength="1024" autocomplete="off">
          <datalist id="entry-types">${this.types.map((type) => html`<option value=${type}></option>`)}</datalist>
        </div>
        ${["model", "tag", "user", "tenant"].map(
          (name) => html`
            <div data-field>
              <label for="entry-${name}">${words[name]}</label>
              <input
                id="entry-${name}"
                name=${name}
                maxlength="1024"
                autocomplete="off"
                placeholder=${name === "tenant" ? "default" : nothing}
              >
            </div>
          `,
        )}
        <div data-field>
          <label for="entry-age">${words.age}</label>
          <select id="entry-age" name="age">
            ${AGES.map((age) => html`<option value=${age}>${age === 0 ? words.anyAge : words.olderThan(span(age))}</option>`)}
          </select>
        </div>
        <button type="submit" ?disabled=${this.busy}>${words.show}</button>
      </form>
    `;
  }

  #table() {
    const now = Date.now();
    return html`
      <div data-table tabindex="0" role="group" aria-labelledby="entries">
        <table>
          <thead>
            <tr>
              ${[words.key, words.type, words.model, words.user, words.tags].map((name) => html`<th scope="col">${name}</th>`)}
              ${[words.age, words.left, words.size].map((name) => html`<th scope="col" data-number>${name}</th>`)}
              <th scope="col"><span data-hidden>${words.actions}</span></th>
            </tr>
          </thead>
          <tbody>
            ${this.entries.map((entry) => this.#row(entry, now))}
          </tbody>
        </table>
      </div>
    `;
  }

  #row(entry, now) {
    const left = Date.parse(entry.expiresAt) - now;
    const named = `${entry.key.slice(0, 12)}${entry.key.length > 12 ? "…" : ""}`;
    return html`
      <tr>
        <th scope="row"><code title=${entry.key}>${named}</code></th>
        <td>${entry.type ?? ""}</td>
        <td>${entry.model ?? ""}</td>
        <td>${entry.user ?? ""}</td>
        <td><ul data-tags>${entry.tags.map((tag) => html`<li>${tag}</li>`)}</ul></td>
        <td data-number>${span(Math.max(0, now - Date.parse(entry.storedAt)))}</td>
        <td data-number>${left > 0 ? span(left) : words.past}</td>
        <td data-number>${bytes(entry.bytes)}</td>
        <td>
          <button data-small type="button" aria-label=${words.detailsOf(named)} @click=${() => (this.shown = entry)}>
            ${words.details}
          </button>
          <button data-small type="button" aria-label=${words.removeOf(named)} @click=${() => this.#remove(entry)}>
            ${words.remove}
          </button>
        </td>
      </tr>
    `;
  }

  #submit(event) {
    event.preventDefault();
    this.#filter = Object.fromEntries([...new FormData(event.target)].map(([name, value]) => [name, value.trim()]));
    this.reload();
  }

  async #read(cursor) {
    const asked = ++this.#asked;
    const age = Number(this.#filter.age ?? 0);
    this.busy = true;
    this.said = "";
    try {
      const found = await page(this.context.api, this.#filter, cursor, PAGE);
      if (asked === this.#asked) {
        const picked = found.entries.filter((entry) => Date.now() - Date.parse(entry.storedAt) >= age);
        this.entries = cursor === "" ? picked : [...this.entries, ...picked];
        this.cursor = found.cursor;
        this.problem = "";
      }
    } catch (error) {
      if (asked === this.#asked) {
        this.problem = explain(error);
      }
    } finally {
      if (asked === this.#asked) {
        this.busy = false;
      }
    }
  }

  async #remove(entry) {
    if (!(await ask(words.removeReally(entry.key), words.remove))) {
      return;
    }
    try {
      await this.context.api.delete(pathOf(entry.key)).catch((error) => {
        // expired, or somebody was faster: it is gone, as was wanted
        if (error.status !== 404) {
          throw error;
        }
      });
      this.shown = null;
      this.entries = this.entries.filter((other) => other.key !== entry.key);
      this.said = words.removed;
      this.problem = "";
    } catch (error) {
      this.problem = explain(error);
    }
  }
}

customElements.define("larder-entries", LarderEntries);

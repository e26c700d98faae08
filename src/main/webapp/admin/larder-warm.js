import { LitElement, html, nothing } from "lit";
import { complaint, explain } from "../components/problems.js";
import { number } from "../components/units.js";
import { text } from "../text.en.js";
import { warming } from "./warming.js";

const { warm: words } = text.cache;

/** The most that Larder takes, in bytes. */
const BYTES_MAX = 64 * 1024 * 1024;

/** What is shown of a file: to edit megabytes in a page helps nobody. */
const SHOWN_MAX = 200_000;

/** Warms the cache with requests, and shows how far that has come. Tells `done`. */
class LarderWarm extends LitElement {
  static properties = {
    context: { attribute: false },
    file: { state: true },
    over: { state: true },
    busy: { state: true },
    problem: { state: true },
    lines: { state: true },
  };

  #changed = () => {
    this.requestUpdate();
    if (warming.job !== null && !warming.isRunning) {
      this.dispatchEvent(new Event("done"));
    }
  };

  constructor() {
    super();
    this.file = null;
    this.over = false;
    this.busy = false;
    this.problem = "";
    this.lines = 0;
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    warming.addEventListener("change", this.#changed);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    warming.removeEventListener("change", this.#changed);
  }

  render() {
    return html`
      <section data-panel aria-labelledby="warm">
        <h2 id="warm">${words.title}</h2>
        <p data-soft>${words.meaning}</p>
        <form aria-labelledby="warm" @submit=${this.#submit}>
          <div
            data-drop=${this.over ? "over" : ""}
            @dragover=${this.#drag}
            @dragleave=${() => (this.over = false)}
            @drop=${this.#drop}
          >
            <label for="lines">${words.lines}</label>
            <textarea
              id="lines"
              name="lines"
              rows="5"
              spellcheck="false"
              placeholder=${words.example}
              ?readonly=${this.file !== null}
              @input=${(event) => (this.lines = countLines(event.target.value))}
            ></textarea>
            <div data-row>
              <label data-button="small">${words.choose}<input data-hidden type="file" accept=".jsonl,.json,.txt" @change=${this.#choose}></label>
              <span data-soft>${words.orDrop}</span>
              <span data-space></span>
              <span role="status">${words.count(number(this.lines), this.file?.name)}</span>
            </div>
          </div>
          ${complaint(this.problem)}
          <div data-row>
            <button type="submit" ?disabled=${this.busy || warming.isRunning || this.lines === 0}>${words.action}</button>
            <button data-quiet type="button" ?disabled=${this.lines === 0} @click=${this.#clear}>${words.clear}</button>
          </div>
        </form>
        ${warming.job === null ? nothing : this.#progress(warming.job)}
      </section>
    `;
  }

  #progress({ state, total, done, failed, problems }) {
    return html`
      <div data-job=${state}>
        <label for="warming">${words.state[state]}</label>
        <div data-row>
          <progress id="warming" max=${Math.max(1, total)} .value=${done + failed}></progress>
          <span>${words.progress(number(done), number(failed), number(total))}</span>
          ${state === "running" ? html`<button data-quiet type="button" @click=${this.#cancel}>${text.page.cancel}</button>` : nothing}
        </div>
        <p data-hidden role="status">${state === "running" ? "" : words.state[state]}</p>
        ${problems.length === 0 ? nothing : html`<ul data-problems>${problems.map((problem) => html`<li>${problem}</li>`)}</ul>`}
      </div>
    `;
  }

  #drag(event) {
    event.preventDefault();
    this.over = true;
  }

  #drop(event) {
    event.preventDefault();
    this.over = false;
    this.#read(event.dataTransfer.files[0]);
  }

  #choose(event) {
    this.#read(event.target.files[0]);
    event.target.value = "";
  }

  /** @param {File | undefined} file */
  async #read(file) {
    if (file === undefined) {
      return;
    }
    if (file.size > BYTES_MAX) {
      this.problem = words.tooLarge(file.name);
      return;
    }
    const content = await file.text();
    this.problem = "";
    this.file = { name: file.name, content };
    this.lines = countLines(content);
    this.#field().value = content.length > SHOWN_MAX ? `${content.slice(0, SHOWN_MAX)}\n…` : content;
  }

  #clear() {
    this.file = null;
    this.lines = 0;
    this.problem = "";
    this.#field().value = "";
  }

  #field() {
    return this.querySelector("textarea");
  }

  async #submit(event) {
    event.preventDefault();
    this.busy = true;
    this.problem = "";
    try {
      await warming.begin(this.context.api, this.file?.content ?? this.#field().value);
    } catch (error) {
      this.problem = explain(error);
    } finally {
      this.busy = false;
    }
  }

  async #cancel() {
    try {
      await warming.cancel(this.context.api);
    } catch (error) {
      this.problem = explain(error);
    }
  }
}

const countLines = (content) => content.split("\n").filter((line) => line.trim() !== "").length;

customElements.define("larder-warm", LarderWarm);

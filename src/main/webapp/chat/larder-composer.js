import { LitElement, html, nothing } from "lit";
import { ContextController } from "../context/lit.js";
import { complaint } from "../components/problems.js";
import { text } from "../text.en.js";
import { BYTES_MAX, TYPES, dataUrl, partOf } from "./images.js";

const { chat } = text;

/** Images in one message at most. */
const IMAGES_MAX = 8;

/**
 * Where a message is written, with the model that it goes to and how the cache is used.
 *
 * @fires say detail: {content, model}
 */
class LarderComposer extends LitElement {
  static properties = {
    context: { attribute: false },
    images: { state: true },
    problem: { state: true },
    tuning: { state: true },
  };

  #shown = null;

  constructor() {
    super();
    this.images = [];
    this.problem = "";
    this.tuning = false;
    new ContextController(this, "conversation", "answer", "mode", "me");
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const { conversation } = this.context;
    return html`
      <form data-composer @submit=${this.#submit} @dragover=${this.#over} @drop=${this.#drop}>
        ${this.#attached()}
        <label data-hidden for="message">${chat.message}</label>
        <textarea id="message" name="message" rows="2" placeholder=${chat.placeholder}
          @keydown=${this.#keys} @input=${this.#typed} @paste=${this.#paste}></textarea>
        ${complaint(this.problem)}
        <div data-row>
          ${this.#model(conversation)} ${this.#mode()}
          <label data-button="small">
            ${chat.attach}<input data-hidden type="file" accept=${TYPES.join(",")} multiple @change=${this.#pick}>
          </label>
          <button data-small type="button" aria-expanded=${this.tuning} @click=${() => (this.tuning = !this.tuning)}>
            ${chat.tune}
          </button>
          <span data-space></span>
          ${
            conversation.isBusy
              ? html`<button data-quiet type="button" @click=${() => conversation.stop()}>${chat.stop}</button>`
              : html`<button type="submit">${chat.send}</button>`
          }
        </div>
        ${this.tuning ? this.#settings(conversation.settings) : nothing}
      </form>
    `;
  }

  /** What is typed belongs to the conversation that is shown. */
  updated() {
    const { conversation } = this.context;
    const area = this.querySelector("textarea");
    if (this.#shown !== conversation || (area.value === "" && conversation.draft !== "")) {
      this.#shown = conversation;
      area.value = conversation.draft;
      this.#fit(area);
    }
  }

  #attached() {
    return this.images.length === 0
      ? nothing
      : html`
          <ul data-images>
            ${this.images.map(
              (image, at) => html`
                <li>
                  <img data-attached src=${image} alt=${chat.attached}>
                  <button data-small type="button" @click=${() => (this.images = this.images.filter((_, i) => i !== at))}>
                    ${chat.detach}
                  </button>
                </li>
              `,
            )}
          </ul>
        `;
  }

  #model(conversation) {
    const { models } = this.context;
    const model = conversation.model ?? models[0] ?? "demo";
    return html`
      <label data-inline>${chat.model}
        <input name="model" list="models" required autocomplete="off" .defaultValue=${model}
          @focus=${(event) => event.target.select()}>
      </label>
      <datalist id="models">${models.map((name) => html`<option value=${name}></option>`)}</datalist>
    `;
  }

  #mode() {
    return html`
      <span data-inline>
        <label for="mode">${chat.cache}</label>
        <select id="mode" name="mode" @change=${(event) => this.context.setMode(event.target.value)}>
          ${Object.entries(chat.modes).map(
            ([mode, words]) => html`<option value=${mode} ?selected=${mode === this.context.mode}>${words}</option>`,
          )}
        </select>
      </span>
    `;
  }

  #settings(settings) {
    const number = (value) => (value === "" ? null : Number(value));
    return html`
      <fieldset>
        <legend>${chat.tune}</legend>
        <label for="system">${chat.system}</label>
        <textarea id="system" rows="2" .value=${settings.system}
          @input=${(event) => (settings.system = event.target.value)}></textarea>
        <div data-row>
          <label data-inline>${chat.temperature}
            <input type="number" min="0" max="2" step="0.1" .value=${settings.temperature ?? ""}
              @input=${(event) => (settings.temperature = number(event.target.value))}>
          </label>
          <label data-inline>${chat.maxTokens}
            <input type="number" min="1" max="1000000" step="1" .value=${settings.maxTokens ?? ""}
              @input=${(event) => (settings.maxTokens = number(event.target.value))}>
          </label>
        </div>
      </fieldset>
    `;
  }

  #submit(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    const message = form.get("message").trim();
    if (this.context.conversation.isBusy || (message === "" && this.images.length === 0)) {
      return;
    }
    const content =
      this.images.length === 0
        ? message
        : [...(message ? [{ type: "text", text: message }] : []), ...this.images.map(partOf)];
    this.images = [];
    this.problem = "";
    event.target.elements.message.value = "";
    this.#fit(event.target.elements.message);
    this.dispatchEvent(
      new CustomEvent("say", { detail: { content, model: form.get("model").trim() }, bubbles: true }),
    );
  }

  /** Enter sends; with shift it is a new line, and so it is while an input method composes. */
  #keys(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      event.target.form.requestSubmit();
    } else if (event.key === "Escape") {
      this.context.conversation.stop();
    }
  }

  #typed(event) {
    this.context.conversation.draft = event.target.value;
    this.#fit(event.target);
  }

  /** As high as what is in it, up to a bound that the styles set. */
  #fit(area) {
    area.style.setProperty("block-size", "auto");
    area.style.setProperty("block-size", `${area.scrollHeight + 2}px`);
  }

  #paste(event) {
    if (event.clipboardData.files.length > 0) {
      event.preventDefault();
      this.#take(event.clipboardData.files);
    }
  }

  #over(event) {
    event.preventDefault();
  }

  #drop(event) {
    event.preventDefault();
    this.#take(event.dataTransfer.files);
  }

  #pick(event) {
    this.#take(event.target.files);
    event.target.value = "";
  }

  async #take(files) {
    this.problem = "";
    for (const file of files) {
      if (!TYPES.includes(file.type)) {
        this.problem = chat.notAnImage(file.name);
      } else if (file.size > BYTES_MAX) {
        this.problem = chat.imageTooLarge(file.name, BYTES_MAX / 1024 / 1024);
      } else if (this.images.length >= IMAGES_MAX) {
        this.problem = chat.tooManyImages(IMAGES_MAX);
      } else {
        try {
          this.images = [...this.images, await dataUrl(file)];
        } catch {
          this.problem = chat.notAnImage(file.name);
        }
      }
    }
  }
}

customElements.define("larder-composer", LarderComposer);

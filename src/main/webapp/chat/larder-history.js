import { LitElement, html, nothing } from "lit";
import { ContextController } from "../context/lit.js";
import { ask } from "../components/ask.js";
import { complaint, explain } from "../components/problems.js";
import { text } from "../text.en.js";

const { chat } = text;
const DAY = 86_400_000;

/** The caller's conversations: today, this week, older. */
class LarderHistory extends LitElement {
  static properties = {
    context: { attribute: false },
    naming: { state: true },
    problem: { state: true },
  };

  #timer = 0;

  constructor() {
    super();
    this.naming = "";
    this.problem = "";
    new ContextController(this, "conversations", "conversation");
  }

  createRenderRoot() {
    return this;
  }

  render() {
    const { conversations, cursor, search } = this.context;
    return html`
      <div data-row>
        <a data-button href="#/" @click=${this.#fresh}>${chat.begin}</a>
      </div>
      <label data-hidden for="search">${chat.search}</label>
      <input id="search" type="search" placeholder=${chat.search} .defaultValue=${search} @input=${this.#search}>
      ${complaint(this.problem)}
      ${this.#groups(conversations).map(
        ([name, heads]) => html`
          <h2>${name}</h2>
          <ul>${heads.map((head) => this.#entry(head))}</ul>
        `,
      )}
      ${conversations.length === 0 ? html`<p data-soft>${search ? chat.nothingFound : chat.nothingYet}</p>` : nothing}
      ${cursor ? html`<button data-small type="button" @click=${() => this.#try(() => this.context.list({ more: true }))}>${chat.more}</button>` : nothing}
    `;
  }

  #groups(heads) {
    const midnight = new Date().setHours(0, 0, 0, 0);
    const since = [midnight, midnight - 6 * DAY, -Infinity];
    const groups = new Map();
    for (const head of heads) {
      const at = since.findIndex((time) => Date.parse(head.updated) >= time);
      groups.set(at, [...(groups.get(at) ?? []), head]);
    }
    return [...groups].map(([at, found]) => [chat.ages[at], found]);
  }

  #entry(head) {
    if (this.naming === head.id) {
      return html`
        <li>
          <form @submit=${(event) => this.#rename(event, head.id)} @keydown=${this.#leave}>
            <label data-hidden for="title">${chat.name}</label>
            <input id="title" name="title" required maxlength="200" .defaultValue=${head.title} autofocus>
          </form>
        </li>
      `;
    }
    const title = head.title || chat.untitled;
    return html`
      <li>
        <a href=${`#/c/${head.id}`} title=${title} aria-current=${head.id === this.context.conversation.id ? "page" : nothing}>${title}</a>
        <details data-menu @toggle=${this.#opened} @keydown=${this.#close}>
          <summary aria-label=${chat.menuOf(title)}>⋯</summary>
          <div>
            <button type="button" @click=${() => this.#name(head.id)}>${chat.rename}</button>
            <a href=${this.#export(head.id, "markdown")} download>${chat.exportAs("Markdown")}</a>
            <a href=${this.#export(head.id, "json")} download>${chat.exportAs("JSON")}</a>
            <button data-danger type="button" @click=${() => this.#remove(head, title)}>${chat.remove}</button>
          </div>
        </details>
      </li>
    `;
  }

  #export(id, format) {
    return this.context.api.address(`api/conversations/${id}/export?format=${format}`);
  }

  #fresh() {
    this.context.open();
    this.dispatchEvent(new CustomEvent("chosen", { bubbles: true }));
  }

  /** Asks when typing has paused, so that not every letter is a request. */
  #search(event) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#try(() => this.context.find(event.target.value.trim())), 250);
  }

  async #name(id) {
    this.naming = id;
    await this.updateComplete;
    this.querySelector("#title").select();
  }

  #leave(event) {
    if (event.key === "Escape") {
      this.naming = "";
    }
  }

  async #rename(event, id) {
    event.preventDefault();
    const title = new FormData(event.target).get("title").trim();
    this.naming = "";
    await this.#try(() => this.context.rename(id, title));
  }

  async #remove(head, title) {
    if (await ask(chat.removeReally(title), chat.remove)) {
      await this.#try(() => this.context.remove(head.id));
      if (location.hash.endsWith(head.id)) {
        location.hash = "#/";
      }
    }
  }

  /** One menu at a time. */
  #opened(event) {
    if (event.target.open) {
      this.querySelectorAll("[data-menu][open]").forEach((menu) => (menu.open = menu === event.target));
    }
  }

  #close(event) {
    if (event.key === "Escape") {
      event.currentTarget.open = false;
      event.currentTarget.querySelector("summary").focus();
    }
  }

  async #try(action) {
    try {
      this.problem = "";
      await action();
    } catch (error) {
      this.problem = explain(error);
    }
  }
}

customElements.define("larder-history", LarderHistory);

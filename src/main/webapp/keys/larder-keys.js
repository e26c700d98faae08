import { LitElement, html, nothing } from "lit";
import { ask } from "../components/ask.js";
import { complaint, explain } from "../components/problems.js";
import { moment } from "../components/units.js";
import { text } from "../text.en.js";
import { askOverlap } from "./ask-overlap.js";
import "./larder-key-form.js";
import "./larder-made-key.js";
import "./larder-sessions.js";

const { keys } = text;

/** API keys: makes, lists, replaces and revokes them; and the browsers in which one is signed in. */
class LarderKeys extends LitElement {
  static properties = {
    context: { attribute: false },
    list: { state: true },
    cursor: { state: true },
    made: { state: true },
    making: { state: true },
    problem: { state: true },
  };

  #entered = () => this.#load();

  constructor() {
    super();
    this.list = null;
    this.cursor = "";
    this.made = null;
    this.making = false;
    this.problem = "";
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.context.addEventListener("change:me", this.#entered);
    this.#load();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.context.removeEventListener("change:me", this.#entered);
    // shown once: who comes back does not find it here
    this.made = null;
  }

  render() {
    return html`
      <div data-row>
        <h1>${keys.title}</h1>
        <span data-space></span>
        <button type="button" ?hidden=${this.making} @click=${() => (this.making = true)}>${keys.begin}</button>
      </div>
      <p data-lead>${this.context.isAdmin ? keys.leadOfAdmin : keys.lead}</p>
      ${complaint(this.problem)}
      ${this.making ? this.#form() : nothing}
      <larder-made-key .made=${this.made} @key-taken=${() => (this.made = null)}></larder-made-key>
      ${this.list === null ? nothing : this.#keys()}
      <larder-sessions .context=${this.context}></larder-sessions>
    `;
  }

  #form() {
    return html`
      <larder-key-form
        .context=${this.context}
        @key-made=${(event) => this.#tell(event.detail)}
        @key-cancelled=${() => (this.making = false)}
      ></larder-key-form>
    `;
  }

  #keys() {
    if (this.list.length === 0) {
      return html`<p>${keys.none}</p>`;
    }
    return html`
      <ul data-keys aria-label=${keys.title}>${this.list.map((key) => this.#key(key))}</ul>
      ${this.cursor === ""
        ? nothing
        : html`<button data-quiet type="button" @click=${() => this.#load({ more: true })}>${keys.more}</button>`}
    `;
  }

  #key(key) {
    const facts = [
      [keys.roles, key.roles.join(", ")],
      [keys.models, key.models.join(", ") || keys.all],
      [keys.scopes, key.scopes.join(", ") || keys.allScopes],
      [keys.limits, key.limits || keys.asTheUser],
      [keys.created, moment(key.created)],
      [keys.expires, key.expires ? moment(key.expires) : keys.never],
      [keys.used, key.used ? moment(key.used) : keys.notKnown],
    ];
    const name = `${key.owner} ${key.id.slice(0, 6)}`;
    return html`
      <li data-card data-key>
        <h2><span data-break>${key.owner}</span> <span data-soft>${keys.ofTenant(key.tenant)}</span></h2>
        <p data-soft><code data-break>${key.id}</code></p>
        <dl>${facts.map(([what, value]) => html`<dt>${what}</dt><dd>${value}</dd>`)}</dl>
        <div data-row>
          <button data-quiet type="button" aria-label=${keys.rotateOf(name)} @click=${() => this.#rotate(key)}>
            ${keys.rotate}
          </button>
          <button data-quiet type="button" aria-label=${keys.revokeOf(name)} @click=${() => this.#revoke(key)}>
            ${keys.revoke}
          </button>
        </div>
      </li>
    `;
  }

  async #load({ more = false } = {}) {
    if (this.context.me === null) {
      return;
    }
    await this.#try(async () => {
      const found = [];
      let cursor = more ? this.cursor : "";
      do {
        // a page can be empty, and there is more all the same
        const page = await this.context.api.get(`api/keys?${new URLSearchParams({ cursor, limit: "50" })}`);
        found.push(...page.keys);
        cursor = page.cursor;
      } while (found.length === 0 && cursor !== "");
      this.list = more ? [...this.list, ...found] : found;
      this.cursor = cursor;
    });
  }

  async #rotate(key) {
    const overlap = await askOverlap(keys.rotateReally(key.owner));
    if (overlap !== null) {
      await this.#try(async () => this.#tell(await this.context.api.post(`api/keys/${key.id}/rotate`, { overlap })));
    }
  }

  async #revoke(key) {
    if (await ask(keys.revokeReally(key.owner, key.id), keys.revoke)) {
      await this.#try(async () => {
        await this.context.api.delete(`api/keys/${key.id}`);
        this.list = this.list.filter((one) => one.id !== key.id);
      });
    }
  }

  #tell(made) {
    this.made = made;
    this.making = false;
    this.#load();
  }

  async #try(action) {
    try {
      await action();
      this.problem = "";
    } catch (error) {
      this.problem = explain(error);
    }
  }
}

customElements.define("larder-keys", LarderKeys);

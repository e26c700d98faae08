import { LitElement, html, nothing } from "lit";
import { ask } from "../components/ask.js";
import { complaint, explain } from "../components/problems.js";
import { text } from "../text.en.js";
import { count } from "./entries.js";

const { invalidate: words } = text.cache;

/**
 * By what entries can be invalidated: the path, and how the entries that it hits are found.
 *
 * @type {Record<string, {path: string, filter?: (name: string, tenant: string) => object, has?: (name: string) => (entry: import("./entries.js").Entry) => boolean}>}
 */
const KINDS = {
  tag: { path: "tags", filter: (tag) => ({ tag }) },
  type: { path: "types", filter: (type) => ({ type }) },
  model: { path: "models", filter: (model) => ({ model }) },
  user: { path: "users", filter: (user, tenant) => ({ user, tenant }) },
  provider: { path: "providers", has: (name) => (entry) => entry.provider === name },
  namespace: { path: "namespaces", has: (name) => (entry) => entry.namespace === name },
  everything: { path: "" },
};

const DEFAULT_TENANT = "default";

/** Invalidates what is filed under a label, after it has told how much that is. Tells `done`. */
class LarderInvalidate extends LitElement {
  static properties = {
    context: { attribute: false },
    types: { attribute: false },
    kind: { state: true },
    busy: { state: true },
    problem: { state: true },
    said: { state: true },
  };

  constructor() {
    super();
    this.types = [];
    this.kind = "tag";
    this.busy = false;
    this.problem = "";
    this.said = "";
  }

  createRenderRoot() {
    return this;
  }

  render() {
    return html`
      <section data-panel aria-labelledby="invalidate">
        <h2 id="invalidate">${words.title}</h2>
        <p data-soft>${words.meaning}</p>
        <form data-filter aria-labelledby="invalidate" @submit=${this.#submit}>
          <div data-field>
            <label for="kind">${words.by}</label>
            <select id="kind" @change=${(event) => (this.kind = event.target.value)}>
              ${Object.keys(KINDS).map(
                (kind) => html`<option value=${kind} ?selected=${kind === this.kind}>${words.kind[kind]}</option>`,
              )}
            </select>
          </div>
          ${this.kind === "everything" ? nothing : this.#name()}
          ${
            this.kind === "user"
              ? html`
                  <div data-field>
                    <label for="invalidate-tenant">${words.tenant}</label>
                    <input id="invalidate-tenant" name="tenant" placeholder=${DEFAULT_TENANT} maxlength="128" autocomplete="off">
                  </div>
                `
              : nothing
          }
          <button data-danger type="submit" ?disabled=${this.busy}>${words.action}</button>
        </form>
        ${complaint(this.problem)}
        <p role="status">${this.said}</p>
      </section>
    `;
  }

  #name() {
    return html`
      <div data-field>
        <label for="invalidate-name">${words.kind[this.kind]}</label>
        <input
          id="invalidate-name"
          name="name"
          maxlength="1024"
          autocomplete="off"
          required
          list=${this.kind === "type" ? "invalidate-types" : nothing}
        >
        <datalist id="invalidate-types">${this.types.map((type) => html`<option value=${type}></option>`)}</datalist>
      </div>
    `;
  }

  async #submit(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    const name = (form.get("name") ?? "").trim();
    const tenant = (form.get("tenant") ?? "").trim() || DEFAULT_TENANT;
    const { kind } = this;
    const what = words.what[kind](name, tenant);
    this.busy = true;
    this.problem = "";
    this.said = words.counting;
    try {
      const hit = words.entries(await this.#count(kind, name, tenant));
      this.said = "";
      if (await ask(words.really(what, hit), words.action)) {
        await this.context.api.delete(path(kind, name, tenant));
        this.said = words.done(what, hit);
        this.dispatchEvent(new Event("done"));
      }
    } catch (error) {
      this.said = "";
      this.problem = explain(error);
    } finally {
      this.busy = false;
    }
  }

  #count(kind, name, tenant) {
    const { filter, has } = KINDS[kind];
    return count(this.context.api, filter?.(name, tenant) ?? {}, has?.(name) ?? (() => true));
  }
}

function path(kind, name, tenant) {
  if (kind === "everything") {
    return "api/cache";
  }
  // models have slashes in their names, and are taken with them
  const encoded = kind === "model" ? name.split("/").map(encodeURIComponent).join("/") : encodeURIComponent(name);
  const query = kind === "user" ? `?${new URLSearchParams({ tenant })}` : "";
  return `api/cache/${KINDS[kind].path}/${encoded}${query}`;
}

customElements.define("larder-invalidate", LarderInvalidate);

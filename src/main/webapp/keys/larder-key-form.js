import { LitElement, html, nothing } from "lit";
import { complaint, explain } from "../components/problems.js";
import { text } from "../text.en.js";

const { keys } = text;

/** Asks for a new key. What is left empty is as the caller is. @fires key-made @fires key-cancelled */
class LarderKeyForm extends LitElement {
  static properties = { context: { attribute: false }, problem: { state: true }, busy: { state: true } };

  constructor() {
    super();
    this.problem = "";
    this.busy = false;
  }

  createRenderRoot() {
    return this;
  }

  firstUpdated() {
    this.querySelector("input")?.focus();
  }

  render() {
    return html`
      <form data-card aria-label=${keys.begin} @submit=${this.#submit}>
        ${this.context.isAdmin ? this.#whose() : nothing}
        <div data-row>
          ${field("models", keys.models, keys.modelsHint)} ${field("limits", keys.limits, keys.limitsHint)}
        </div>
        <div data-row>
          <div data-field>
            <label for="scopes">${keys.scopes}</label>
            <select id="scopes" name="scopes">
              <option value="">${keys.allScopes}</option>
              <option value="user">${keys.onlyUser}</option>
              <option value="tenant">${keys.onlyTenant}</option>
            </select>
          </div>
          ${field("expires", keys.expires, keys.expiresHint, "datetime-local")}
        </div>
        ${complaint(this.problem)}
        <div data-row>
          <button type="submit" ?disabled=${this.busy}>${keys.make}</button>
          <button data-quiet type="button" @click=${this.#cancel}>${text.page.cancel}</button>
        </div>
      </form>
    `;
  }

  #whose() {
    return html`
      <div data-row>
        ${field("owner", keys.owner, keys.ownerHint)} ${field("tenant", keys.tenant, keys.tenantHint)}
      </div>
      <label data-switch><input type="checkbox" name="admin"> ${keys.asAdmin}</label>
    `;
  }

  async #submit(event) {
    event.preventDefault();
    this.busy = true;
    try {
      const made = await this.context.api.post("api/keys", wish(new FormData(event.target)));
      this.dispatchEvent(new CustomEvent("key-made", { detail: made }));
    } catch (error) {
      this.problem = explain(error);
    } finally {
      this.busy = false;
    }
  }

  #cancel() {
    this.dispatchEvent(new CustomEvent("key-cancelled"));
  }
}

function field(name, label, hint, type = "text") {
  return html`
    <div data-field>
      <label for=${name}>${label}</label>
      <input id=${name} name=${name} type=${type} autocomplete="off" aria-describedby="${name}-hint">
      <small id="${name}-hint" data-soft>${hint}</small>
    </div>
  `;
}

/** What the form says, without what it does not. */
function wish(form) {
  const said = (name) => (form.get(name) ?? "").trim();
  const body = {};
  for (const name of ["owner", "tenant", "limits"]) {
    if (said(name) !== "") {
      body[name] = said(name);
    }
  }
  if (said("models") !== "") {
    body.models = said("models").split(/[\s,]+/).filter((glob) => glob !== "");
  }
  if (said("scopes") !== "") {
    body.scopes = [said("scopes")];
  }
  if (said("expires") !== "") {
    body.expires = new Date(said("expires")).toISOString();
  }
  if (form.get("admin") !== null) {
    body.roles = ["user", "admin"];
  }
  return body;
}

customElements.define("larder-key-form", LarderKeyForm);

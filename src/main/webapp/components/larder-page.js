import { LitElement, html, nothing } from "lit";
import { ContextController } from "../context/lit.js";
import { OpenCodeContext } from "../context/open-code-context.js";
import { text } from "../text.en.js";
import "./larder-live.js";
import { complaint, explain } from "./problems.js";
import { routes } from "./routes.js";

/** The whole page: sign in, the menu, and the page that the address names. */
class LarderPage extends LitElement {
  static properties = {
    route: { state: true },
    page: { state: true },
    problem: { state: true },
    busy: { state: true },
  };

  context = new OpenCodeContext();

  #route = () => this.#go();

  constructor() {
    super();
    this.route = null;
    this.page = null;
    this.problem = "";
    this.busy = true;
    new ContextController(this, "me", "made");
    this.context.addEventListener("change:made", () => {
      history.replaceState(null, "", `#/c/${this.context.conversation.id}`);
    });
  }

  /** The page's own styles apply, so there is no shadow to hide from them. */
  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener("hashchange", this.#route);
    const key = this.#keyFromLink();
    this.#enter(() => (key ? this.context.signIn(key) : this.context.resume()));
    this.#go();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener("hashchange", this.#route);
  }

  render() {
    const { me } = this.context;
    return html`
      <a data-skip href="#main" @click=${this.#skip}>${text.page.skip}</a>
      <header data-top>
        <p data-brand><img src="icon.svg" alt="" width="28" height="28">Larder</p>
        ${me ? this.#menu(me) : nothing}
      </header>
      ${me ? html`<larder-degraded .context=${this.context}></larder-degraded>` : nothing}
      <main id="main" tabindex="-1">${me ? this.#shown() : this.busy ? nothing : this.#signingIn()}</main>
    `;
  }

  #menu(me) {
    const shown = routes.filter((route) => !route.admin || this.context.isAdmin);
    return html`
      <nav aria-label=${text.page.nav}>
        ${shown.map(
          (route) => html`
            <a href=${route.hash} aria-current=${route === this.route ? "page" : nothing}>
              ${text[route.name].title}
            </a>
          `,
        )}
      </nav>
      <larder-live .context=${this.context}></larder-live>
      <button data-quiet type="button" title=${text.page.signedInAs(me.name)} @click=${this.#signOut}>
        ${text.page.signOut}
      </button>
    `;
  }

  #shown() {
    return html`${complaint(this.problem)} ${this.page ?? html`<p>${text.page.notFound}</p>`}`;
  }

  #signingIn() {
    return html`
      <section data-sign-in>
        <h1>${text.page.signIn}</h1>
        <p data-lead>${this.context.expired ? text.page.expired : `${text.page.lead} ${text.page.keyHint}`}</p>
        <form data-card @submit=${this.#submitKey}>
          <div data-field>
            <label for="key">${text.page.key}</label>
            <input id="key" name="key" type="password" autocomplete="off" required autofocus>
          </div>
          ${complaint(this.problem)}
          <div data-row><button type="submit" ?disabled=${this.busy}>${text.page.signIn}</button></div>
        </form>
      </section>
    `;
  }

  /** A key in the fragment is never sent to the server; it leaves the address bar at once. */
  #keyFromLink() {
    const key = new URLSearchParams(location.hash.slice(1)).get("key");
    if (key) {
      history.replaceState(null, "", location.pathname);
    }
    return key;
  }

  async #enter(enter) {
    this.busy = true;
    try {
      await enter();
      this.problem = "";
    } catch (error) {
      this.problem = explain(error);
    } finally {
      this.busy = false;
    }
  }

  /** Shows the page that the address names; one that is shown already is told what is new. */
  async #go() {
    const path = location.hash.slice(1);
    const route = routes.find((one) => one.path.test(path)) ?? null;
    if (route !== null && route !== this.route) {
      await route.load();
      this.page = document.createElement(route.element);
      this.page.context = this.context;
    }
    this.route = route;
    if (route === null) {
      this.page = null;
    } else {
      this.page.match = route.path.exec(path);
      document.title = `${text[route.name].title} · Larder`;
    }
  }

  async #signOut() {
    try {
      await this.context.signOut();
      this.problem = "";
      location.hash = "#/";
    } catch (error) {
      this.problem = explain(error);
    }
  }

  #submitKey(event) {
    event.preventDefault();
    const key = new FormData(event.target).get("key").trim();
    this.#enter(() => this.context.signIn(key));
  }

  #skip(event) {
    event.preventDefault();
    this.querySelector("main").focus();
  }
}

customElements.define("larder-page", LarderPage);

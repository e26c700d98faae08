import { LitElement, html, nothing } from "lit";
import { ask } from "../components/ask.js";
import { complaint, explain } from "../components/problems.js";
import { moment } from "../components/units.js";
import { text } from "../text.en.js";
import { agentName } from "./agent.js";

const { keys } = text;

/** The browsers in which the caller is signed in. */
class LarderSessions extends LitElement {
  static properties = { context: { attribute: false }, list: { state: true }, problem: { state: true } };

  #entered = () => this.#load();

  constructor() {
    super();
    this.list = null;
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
  }

  render() {
    return html`
      <section data-sessions aria-labelledby="sessions">
        <div data-row>
          <h2 id="sessions">${keys.sessions}</h2>
          <span data-space></span>
          ${this.list?.some((session) => !session.current)
            ? html`<button data-quiet type="button" @click=${this.#endOthers}>${keys.endOthers}</button>`
            : nothing}
        </div>
        <p data-lead>${keys.sessionsLead}</p>
        ${complaint(this.problem)}
        <ul data-keys aria-label=${keys.sessions}>${this.list?.map((session) => this.#session(session))}</ul>
      </section>
    `;
  }

  #session(session) {
    const name = nameOf(session);
    const facts = [
      ...(name === session.agent || session.agent === "" ? [] : [[keys.agent, session.agent]]),
      [keys.address, session.address],
      [keys.begun, moment(session.begun)],
      [keys.used, moment(session.used)],
    ];
    return html`
      <li data-card data-key>
        <h3><span data-break>${name}</span></h3>
        ${session.current ? html`<p data-current>${keys.current}</p>` : nothing}
        <dl>${facts.map(([what, value]) => html`<dt>${what}</dt><dd>${value}</dd>`)}</dl>
        ${session.current
          ? nothing
          : html`
              <div data-row>
                <button data-quiet type="button" aria-label=${keys.endOf(name)} @click=${() => this.#end(session)}>
                  ${keys.end}
                </button>
              </div>
            `}
      </li>
    `;
  }

  async #load() {
    if (this.context.me !== null) {
      await this.#afterwards(() => {});
    }
  }

  async #end(session) {
    if (await ask(keys.endReally(nameOf(session)), keys.end)) {
      await this.#afterwards(() =>
        this.context.api.delete(`api/sessions/${session.id}`).catch((error) => {
          // it has ended by itself, or from another tab
          if (error.status !== 404) {
            throw error;
          }
        }),
      );
    }
  }

  async #endOthers() {
    if (await ask(keys.endOthersReally, keys.endOthers)) {
      await this.#afterwards(() => this.context.api.delete("api/sessions"));
    }
  }

  /** Does something, and lists what there is afterwards. */
  async #afterwards(action) {
    try {
      await action();
      this.list = (await this.context.api.get("api/sessions")).sessions;
      this.problem = "";
    } catch (error) {
      this.problem = explain(error);
    }
  }
}

function nameOf(session) {
  return agentName(session.agent, keys.browserOn) || keys.noAgent;
}

customElements.define("larder-sessions", LarderSessions);

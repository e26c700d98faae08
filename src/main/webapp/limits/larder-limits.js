import { LitElement, html, nothing } from "lit";
import { complaint, explain } from "../components/problems.js";
import { number } from "../components/units.js";
import { text } from "../text.en.js";
import { clock, window } from "./clock.js";

const { limits } = text;

/** How often what is left is asked for, in ms; asking costs nothing. */
const ASKED_EVERY = 5_000;

/** How often countdowns go on, in ms. */
const TICK = 1_000;

/** A share of a limit below which little is left. */
const LOW = 0.2;

/** What is left of the caller's limits, and for administrators of the providers'. */
class LarderLimits extends LitElement {
  static properties = {
    context: { attribute: false },
    policies: { state: true },
    problem: { state: true },
    now: { state: true },
  };

  #askedAt = 0;
  #timer = 0;
  #asking = false;

  constructor() {
    super();
    this.policies = null;
    this.problem = "";
    this.now = 0;
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#ask();
    this.#timer = setInterval(() => this.#tick(), TICK);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  render() {
    return html`
      <h1>${limits.title}</h1>
      <p data-lead>${limits.lead}</p>
      ${complaint(this.problem)}
      ${this.policies === null ? nothing : this.#scopes()}
    `;
  }

  #scopes() {
    if (this.policies.length === 0) {
      return html`<p>${limits.none}</p>`;
    }
    return [...Map.groupBy(this.policies, (policy) => policy.scope)].map(
      ([scope, policies], at) => html`
        <section data-limits aria-labelledby="scope-${at}">
          <h2 id="scope-${at}">${limits.scopes[scope] ?? scope}</h2>
          <ul>${policies.map((policy) => this.#policy(policy))}</ul>
        </section>
      `,
    );
  }

  #policy(policy) {
    const { limit, remaining, model, shadow, unit, windowSeconds } = policy;
    const allowed = windowSeconds === 0 ? limits.atOnce(number(limit)) : limits.within(number(limit), unit, window(windowSeconds));
    return html`
      <li data-card data-policy>
        <div data-row>
          <h3>${policy.name}</h3>
          ${remaining === 0 && !shadow ? html`<strong data-used-up>${limits.usedUp}</strong>` : nothing}
        </div>
        <p data-soft>
          ${allowed}${model === undefined ? nothing : html` · ${limits.ofModels(model)}`}${shadow ? html` · ${limits.shadow}` : nothing}
        </p>
        ${remaining === undefined ? html`<p>${limits.unknown}</p>` : this.#left(policy)}
      </li>
    `;
  }

  #left({ name, limit, remaining, windowSeconds, resetSeconds }) {
    const left = limits.left(number(remaining), number(limit));
    return html`
      <meter
        aria-label=${limits.meter(name)}
        min="0"
        max=${limit}
        low=${limit * LOW}
        high=${limit * LOW}
        optimum=${limit}
        .value=${remaining}
      >
        ${left}
      </meter>
      <p data-row>
        <span>${left}</span>
        <span data-space></span>
        <span data-soft role="timer">${this.#reset(remaining === limit, windowSeconds, resetSeconds)}</span>
      </p>
    `;
  }

  #reset(whole, windowSeconds, resetSeconds) {
    if (whole) {
      return limits.whole;
    }
    if (windowSeconds === 0) {
      return limits.whenDone;
    }
    const passed = Math.floor((this.now - this.#askedAt) / 1_000);
    return limits.resets(clock(Math.max(0, resetSeconds - passed)));
  }

  #tick() {
    this.now = Date.now();
    if (!document.hidden && this.now - this.#askedAt >= ASKED_EVERY) {
      this.#ask();
    }
  }

  async #ask() {
    if (this.#asking || this.context.me === null) {
      return;
    }
    this.#asking = true;
    try {
      this.policies = await this.context.api.get("api/limits");
      this.problem = "";
    } catch (error) {
      this.problem = explain(error);
    } finally {
      this.#asking = false;
      this.#askedAt = this.now = Date.now();
    }
  }
}

customElements.define("larder-limits", LarderLimits);

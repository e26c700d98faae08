import { LitElement, html, nothing } from "lit";
import { number } from "../components/units.js";
import { ContextController } from "../context/lit.js";
import { LOW, clock } from "../limits/clock.js";
import { text } from "../text.en.js";

const { chat, limits } = text;

/** Limits of which little is left, before one of them refuses a message. */
class LarderLeft extends LitElement {
  static properties = { context: { attribute: false } };

  constructor() {
    super();
    new ContextController(this, "limits");
  }

  createRenderRoot() {
    return this;
  }

  render() {
    // of requests at once, little is left whenever somebody asks
    const low = (this.context.limits ?? []).filter(
      ({ limit, remaining, shadow, windowSeconds }) => !shadow && windowSeconds > 0 && remaining < limit * LOW,
    );
    return low.length === 0
      ? nothing
      : html`
          <p data-soft data-left role="status">
            ${chat.little} ${low.map((policy) => html`<a href="#/limits">${sentence(policy)}</a> `)}
          </p>
        `;
  }
}

function sentence({ name, limit, remaining, resetSeconds }) {
  return chat.leftOf(name, limits.left(number(remaining), number(limit)), limits.resets(clock(resetSeconds)));
}

customElements.define("larder-left", LarderLeft);

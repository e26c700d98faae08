import { LitElement, html } from "lit";
import { text } from "../text.en.js";

const { chat } = text;

/** Says how long to wait, and asks again then if that is wanted. @fires turn-retry */
class LarderCountdown extends LitElement {
  static properties = { seconds: { attribute: false }, left: { state: true }, wanted: { state: true } };

  #timer = 0;
  #until = 0;

  constructor() {
    super();
    this.left = 0;
    this.wanted = false;
  }

  createRenderRoot() {
    return this;
  }

  willUpdate(changed) {
    if (changed.has("seconds")) {
      this.#until = Date.now() + this.seconds * 1_000;
      this.left = this.seconds;
      clearInterval(this.#timer);
      this.#timer = setInterval(() => this.#tick(), 250);
    }
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  render() {
    return html`
      <p data-row>
        <span role="timer">${this.left > 0 ? chat.waitFor(this.left) : chat.mayAgain}</span>
        <label data-switch>
          <input type="checkbox" role="switch" .checked=${this.wanted} @change=${this.#want}> ${chat.askWhenTime}
        </label>
      </p>
    `;
  }

  #want(event) {
    this.wanted = event.target.checked;
    this.#tick();
  }

  #tick() {
    this.left = Math.max(0, Math.ceil((this.#until - Date.now()) / 1_000));
    if (this.left === 0) {
      clearInterval(this.#timer);
      if (this.wanted) {
        this.wanted = false;
        this.dispatchEvent(new CustomEvent("turn-retry", { bubbles: true }));
      }
    }
  }
}

customElements.define("larder-countdown", LarderCountdown);

import { LitElement, html, nothing } from "lit";
import "./larder-status.js";

/** One question and its answer, as it streams in. Model output is text, never HTML. */
class LarderAnswer extends LitElement {
  static properties = { answer: { attribute: false } };

  createRenderRoot() {
    return this;
  }

  render() {
    const { question, text, status, millis, problem, done } = this.answer;
    return html`
      <p data-question>${question}</p>
      <output data-text aria-live="polite" aria-busy=${!done}>${text || (done ? "" : "…")}</output>
      ${problem ? html`<p data-text data-error role="alert">${problem}</p>` : nothing}
      ${status ? html`<larder-status .status=${status} .millis=${millis}></larder-status>` : nothing}
    `;
  }
}

customElements.define("larder-answer", LarderAnswer);

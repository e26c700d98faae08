import { LitElement, html, nothing } from "lit";
import "../components/larder-copy.js";
import { ContextController } from "../context/lit.js";
import { textOf } from "../context/conversation.js";
import { text } from "../text.en.js";
import { imagesOf } from "./images.js";
import "./larder-countdown.js";
import "./larder-markdown.js";
import "./larder-status.js";

const { chat } = text;

/**
 * One turn of a conversation.
 *
 * @fires turn-edit detail: the new text
 * @fires turn-retry
 * @fires turn-fresh to be asked again without the cache, and compared
 * @fires turn-choose detail: the id of the turn beside it
 * @fires turn-details
 */
class LarderTurn extends LitElement {
  static properties = {
    context: { attribute: false },
    turn: { attribute: false },
    last: { attribute: false },
    editing: { state: true },
  };

  constructor() {
    super();
    this.editing = false;
    new ContextController(this, "answer");
  }

  createRenderRoot() {
    return this;
  }

  /** The answer that is coming, if this turn is it. */
  get #coming() {
    return this.last ? this.context.conversation.answer : null;
  }

  /** Of all turns, what streams in concerns the last one alone. */
  shouldUpdate(changed) {
    return changed.size > 0 || this.last;
  }

  render() {
    return this.turn.role === "user" ? this.#user() : this.#assistant();
  }

  #user() {
    return html`
      <article data-turn="user" aria-label=${chat.you}>
        ${this.editing ? this.#editor() : html`<p data-said>${textOf(this.turn.content)}</p>`}
        ${imagesOf(this.turn.content).map((image) => html`<img data-attached src=${image} alt=${chat.attached}>`)}
        ${
          this.editing || !this.turn.id
            ? nothing
            : html`
                <footer data-actions>
                  ${this.#siblings()}
                  <button data-small type="button" @click=${() => (this.editing = true)}>${chat.edit}</button>
                </footer>
              `
        }
      </article>
    `;
  }

  #editor() {
    return html`
      <form @submit=${this.#submitEdit}>
        <label data-hidden for="edit">${chat.edit}</label>
        <textarea id="edit" name="text" required .defaultValue=${textOf(this.turn.content)}></textarea>
        <div data-row>
          <button type="submit">${chat.send}</button>
          <button data-quiet type="button" @click=${() => (this.editing = false)}>${text.page.cancel}</button>
        </div>
      </form>
    `;
  }

  #assistant() {
    const coming = this.#coming;
    const content = coming ? coming.text : textOf(this.turn.content);
    return html`
      <article data-turn="assistant" aria-label=${this.turn.model ?? chat.assistant} aria-busy=${coming !== null}>
        ${coming?.reasoning ? html`<details data-reasoning><summary>${chat.reasoning}</summary><p>${coming.reasoning}</p></details>` : nothing}
        ${
          coming && content === ""
            ? html`<p data-waiting>${coming.reconnecting ? chat.reconnecting : chat.waiting}</p>`
            : html`<larder-markdown .text=${content} .done=${!coming}></larder-markdown>`
        }
        ${coming?.reconnecting && content !== "" ? html`<p data-waiting>${chat.reconnecting}</p>` : nothing}
        ${coming ? nothing : this.#outcome()}
        <larder-status .turn=${this.turn} .status=${this.#status()}></larder-status>
        ${coming || !this.turn.id ? nothing : this.#actions(content)}
      </article>
    `;
  }

  #status() {
    return this.context.conversation.statuses.get(this.turn.id) ?? this.#coming?.status ?? null;
  }

  /** What went wrong, if it did. */
  #outcome() {
    const { state, error, stopped, retryAfterSeconds } = this.turn;
    if (state === "complete" || state === "in-progress") {
      return nothing;
    }
    const why = stopped ? chat.stopped : error || chat.interrupted;
    return html`
      <p data-error=${stopped ? "soft" : ""} role="alert">${why}</p>
      ${retryAfterSeconds ? html`<larder-countdown .seconds=${retryAfterSeconds}></larder-countdown>` : nothing}
    `;
  }

  #actions(content) {
    return html`
      <footer data-actions>
        ${this.#siblings()}
        <larder-copy .text=${content}></larder-copy>
        <button data-small type="button" @click=${() => this.#fire("turn-retry")}>${chat.retry}</button>
        <button data-small type="button" @click=${() => this.#fire("turn-fresh")}>${chat.fresh}</button>
        <button data-small type="button" @click=${() => this.#fire("turn-details")}>${chat.details}</button>
      </footer>
    `;
  }

  /** Turns beside this one, where branches part. */
  #siblings() {
    const siblings = this.turn.siblings ?? [];
    const at = siblings.indexOf(this.turn.id);
    if (siblings.length < 2 || at < 0) {
      return nothing;
    }
    const to = (other, label, sign) => html`
      <button data-small type="button" aria-label=${label} ?disabled=${!siblings[other]}
        @click=${() => this.#fire("turn-choose", siblings[other])}>${sign}</button>
    `;
    return html`
      <span data-siblings>
        ${to(at - 1, chat.previous, "‹")}<span>${chat.branch(at + 1, siblings.length)}</span>${to(at + 1, chat.next, "›")}
      </span>
    `;
  }

  #submitEdit(event) {
    event.preventDefault();
    this.editing = false;
    this.#fire("turn-edit", new FormData(event.target).get("text"));
  }

  #fire(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}

customElements.define("larder-turn", LarderTurn);

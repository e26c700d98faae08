import { LitElement, html, nothing } from "lit";
import { repeat } from "lit-html/directives/repeat.js";
import { complaint, explain } from "../components/problems.js";
import { textOf } from "../context/conversation.js";
import { ContextController } from "../context/lit.js";
import { text } from "../text.en.js";
import { Announcer } from "./announcer.js";
import "./larder-compare.js";
import "./larder-composer.js";
import "./larder-countdown.js";
import "./larder-details.js";
import "./larder-history.js";
import "./larder-turn.js";

const { chat } = text;

/** How near to the end of the page counts as being there, in CSS pixels. */
const NEAR_END = 120;

/** Conversations, the one that is shown, and where the next message is written. */
class LarderChat extends LitElement {
  static properties = {
    context: { attribute: false },
    match: { attribute: false },
    problem: { state: true },
    listed: { state: true },
    details: { state: true },
    compared: { state: true },
    explained: { state: true },
  };

  #announcer = new Announcer();
  #follow = true;
  #followed = null;

  constructor() {
    super();
    this.problem = "";
    this.listed = false;
    this.details = null;
    this.compared = null;
    new ContextController(this, "conversation", "answer");
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.#seen);
    addEventListener("scroll", this.#scrolled, { passive: true });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("visibilitychange", this.#seen);
    removeEventListener("scroll", this.#scrolled);
  }

  willUpdate(changed) {
    if (changed.has("match")) {
      this.#open(this.match?.[1] ?? "");
    }
  }

  updated() {
    const { answer } = this.context.conversation;
    this.#announcer.tell(answer ? answer.text : null, this.querySelector("[data-announced]"));
    // once more after its end, when what can be done with it has come below
    if (this.#follow && (answer || this.#followed)) {
      this.#toEnd();
    }
    this.#followed = answer;
  }

  render() {
    const { conversation } = this.context;
    const { turns, problem } = conversation;
    return html`
      <aside data-history aria-label=${chat.conversations} ?data-open=${this.listed} @click=${this.#picked}
        @keydown=${(event) => event.key === "Escape" && (this.listed = false)}>
        <button data-small data-phone type="button" @click=${() => (this.listed = false)}>${text.page.close}</button>
        <larder-history .context=${this.context}></larder-history>
      </aside>
      <section data-thread aria-label=${chat.conversation}>
        <div data-row>
          <button data-small data-phone type="button" aria-expanded=${this.listed} @click=${() => (this.listed = !this.listed)}>
            ${chat.conversations}
          </button>
          <h1>${conversation.title || chat.begin}</h1>
        </div>
        ${turns.length === 0 ? this.#welcome() : nothing}
        <div data-turns @turn-edit=${this.#edit} @turn-retry=${this.#retry} @turn-fresh=${this.#fresh}
          @turn-choose=${this.#choose} @turn-details=${(event) => (this.details = event.target.turn)}>
          ${repeat(
            turns,
            (turn, at) => at,
            (turn, at) => html`
              <larder-turn .context=${this.context} .turn=${turn} .last=${at === turns.length - 1}></larder-turn>
            `,
          )}
        </div>
        ${this.#explanation(turns)}
        ${complaint(this.problem || (problem ? explain(problem) : ""))}
        ${problem?.retryAfterSeconds ? html`<larder-countdown .seconds=${problem.retryAfterSeconds} @turn-retry=${this.#again}></larder-countdown>` : nothing}
        <p data-hidden data-announced role="log" aria-live="polite"></p>
        <larder-composer .context=${this.context} @say=${this.#say}></larder-composer>
      </section>
      ${this.details ? html`<larder-details .context=${this.context} .turn=${this.details} @close=${() => (this.details = null)}></larder-details>` : nothing}
      ${this.compared ? html`<larder-compare .before=${this.compared.before} .after=${this.compared.after} @close=${() => (this.compared = null)}></larder-compare>` : nothing}
    `;
  }

  #welcome() {
    return html`
      <section data-welcome>
        <p>${chat.welcome}</p>
        <button data-quiet type="button" @click=${this.#example}>${chat.example}</button>
      </section>
    `;
  }

  /** After the first answer: ask again. After the second: what happened. */
  #explanation(turns) {
    const said = turns.filter((turn) => turn.role === "user");
    const results = turns.filter((turn) => turn.role === "assistant").map((turn) => turn.cache);
    if (this.context.conversation.isBusy || this.context.conversation !== this.explained || said.length !== 1) {
      return nothing;
    }
    if (results[0] === "HIT" || results[0] === "STALE") {
      return html`<aside data-hint>${chat.explainHit}</aside>`;
    }
    return results[0] === "MISS"
      ? html`
          <aside data-hint>
            <p>${chat.explainMiss}</p>
            <button data-quiet type="button" @click=${this.#example}>${chat.askAgain}</button>
          </aside>
        `
      : nothing;
  }

  /** The example is asked in a conversation of its own each time, so that the requests are the same. */
  async #example() {
    this.context.open();
    location.hash = "#/";
    this.explained = this.context.conversation;
    await this.#send(chat.exampleText, { model: this.context.models[0] ?? "demo", mode: "use" });
  }

  #open(id) {
    this.#try(async () => {
      this.#follow = true;
      if (id !== this.context.conversation.id) {
        await this.context.open(id);
      }
    });
  }

  #say(event) {
    const { content, model } = event.detail;
    this.#send(content, { model, mode: this.context.mode });
  }

  /** A message that was refused is still in the composer. */
  #again(event) {
    event.stopPropagation();
    this.querySelector("larder-composer form").requestSubmit();
  }

  #edit(event) {
    const { turn } = event.target;
    this.#send(edited(turn.content, event.detail), this.#asBefore(turn));
  }

  #retry(event) {
    const asked = this.#askedBy(event.target.closest("larder-turn").turn);
    this.#send(asked.content, this.#asBefore(asked));
  }

  async #fresh(event) {
    const { turn } = event.target;
    const before = textOf(turn.content);
    const asked = this.#askedBy(turn);
    await this.#send(asked.content, { ...this.#asBefore(asked), mode: "refresh" });
    const after = this.context.conversation.turns.at(-1);
    if (after.state === "complete") {
      this.compared = { before, after: textOf(after.content) };
    }
  }

  #choose(event) {
    this.#try(() => this.context.conversation.choose(event.detail));
  }

  #askedBy(answer) {
    const { turns } = this.context.conversation;
    return turns[turns.indexOf(answer) - 1];
  }

  /** As a branch beside a turn of the user's, to the model that answered it. */
  #asBefore(asked) {
    const { turns } = this.context.conversation;
    const model = turns[turns.indexOf(asked) + 1]?.model ?? this.context.conversation.model ?? this.context.models[0];
    return { model, mode: this.context.mode, parent: asked.parent };
  }

  async #send(content, options) {
    this.problem = "";
    this.#follow = true;
    await this.context.conversation.say(content, options);
    this.context.list().catch(() => {});
  }

  /** When turns have rendered themselves. */
  #toEnd() {
    requestAnimationFrame(() => scrollTo({ top: document.documentElement.scrollHeight }));
  }

  #picked(event) {
    if (event.target.closest("a")) {
      this.listed = false;
    }
  }

  /** What another tab has done meanwhile is seen when this one is looked at. */
  #seen = () => {
    const { conversation } = this.context;
    if (!document.hidden && this.context.me && conversation.id && !conversation.isBusy) {
      this.#try(() => conversation.load());
    }
  };

  /** Who scrolls up wants to read there. */
  #scrolled = () => {
    const { scrollHeight, clientHeight, scrollTop } = document.documentElement;
    this.#follow = scrollHeight - clientHeight - scrollTop < NEAR_END;
  };

  async #try(action) {
    try {
      this.problem = "";
      await action();
    } catch (error) {
      this.problem = explain(error);
    }
  }
}

/** A content with another text; its images stay. */
function edited(content, words) {
  return typeof content === "string"
    ? words
    : [{ type: "text", text: words }, ...content.filter((part) => part.type !== "text")];
}

customElements.define("larder-chat", LarderChat);

import { LitElement, html, nothing } from "lit";
import "../components/larder-copy.js";
import { moment, span } from "../components/units.js";
import { text } from "../text.en.js";
import { textOf } from "../context/conversation.js";

const { chat } = text;

/** Why an answer was a hit or a miss: what the key is made of, what the headers said, and how long it took. @fires close */
class LarderDetails extends LitElement {
  static properties = { context: { attribute: false }, turn: { attribute: false }, entry: { state: true } };

  constructor() {
    super();
    this.entry = undefined;
  }

  createRenderRoot() {
    return this;
  }

  firstUpdated() {
    this.querySelector("dialog").showModal();
    this.#look();
  }

  get #status() {
    return this.context.conversation.statuses.get(this.turn.id) ?? null;
  }

  /** The entry as it is now: it may have gone since. */
  async #look() {
    const key = this.#status?.key;
    if (key) {
      this.entry = await this.context.api.get(`api/cache/entries/${key}`).catch(() => null);
    }
  }

  render() {
    const status = this.#status;
    return html`
      <dialog data-drawer aria-labelledby="details" @close=${() => this.dispatchEvent(new Event("close"))}>
        <form method="dialog">
          <div data-row>
            <h2 id="details">${chat.details}</h2>
            <span data-space></span>
            <button data-quiet autofocus>${text.page.close}</button>
          </div>
          <p>${chat.why[status?.result || this.turn.cache] ?? chat.why.UNKNOWN}</p>
          ${status === null ? html`<p data-soft>${chat.notSeen}</p>` : this.#seen(status)}
          <h3>${chat.fingerprint}</h3>
          <p data-soft>${chat.fingerprintMeaning}</p>
          ${this.#list(this.#parts())}
        </form>
      </dialog>
    `;
  }

  #seen(status) {
    return html`
      <h3>${chat.timing}</h3>
      ${this.#list([
        [chat.firstByte, status.firstMillis === null ? "" : span(status.firstMillis)],
        [chat.whole, status.millis === null ? "" : span(status.millis)],
        [chat.providerTook, status.providerMillis === null ? "" : span(status.providerMillis)],
      ])}
      ${
        status.key
          ? html`
              <h3>${chat.key}</h3>
              <p data-row><code data-break>${status.key}</code><larder-copy .text=${status.key}></larder-copy></p>
              ${this.#kept()}
            `
          : nothing
      }
      <h3>${chat.headers}</h3>
      ${this.#list(status.headers)}
    `;
  }

  #kept() {
    if (this.entry === undefined) {
      return nothing;
    }
    if (this.entry === null) {
      return html`<p data-soft>${chat.notKept}</p>`;
    }
    const { storedAt, expiresAt, tags } = this.entry;
    return this.#list([
      [chat.storedAt, moment(storedAt)],
      [chat.expiresAt, moment(expiresAt)],
      [chat.tags, tags.join(", ")],
    ]);
  }

  /** What two requests must have in common to share an answer; the hash itself only Larder makes. */
  #parts() {
    const { turns } = this.context.conversation;
    const settings = this.#status?.settings;
    const before = turns.slice(0, turns.findIndex((turn) => turn.id === this.turn.id));
    const characters = before.reduce((sum, turn) => sum + textOf(turn.content).length, 0);
    return [
      [chat.model, this.turn.model ?? ""],
      [chat.sharedWith, this.context.me?.scopes?.[0] ?? ""],
      [chat.history, chat.turnsAndCharacters(before.length, characters)],
      [chat.system, settings?.system ?? ""],
      [chat.temperature, settings?.temperature ?? ""],
      [chat.maxTokens, settings?.maxTokens ?? ""],
    ];
  }

  #list(pairs) {
    const told = pairs.filter(([, value]) => value !== "");
    return html`<dl>${told.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
  }
}

customElements.define("larder-details", LarderDetails);

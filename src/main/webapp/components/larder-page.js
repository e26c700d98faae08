import { LitElement, html, nothing } from "lit";
import { Client } from "../client.js";
import "./larder-answer.js";

/** The whole page: sign in, ask, and see where answers come from. */
class LarderPage extends LitElement {
  static properties = {
    client: { state: true },
    models: { state: true },
    answers: { state: true },
    problem: { state: true },
    busy: { state: true },
  };

  constructor() {
    super();
    this.client = null;
    this.models = [];
    this.answers = [];
    this.problem = "";
    this.busy = false;
  }

  /** The page's own styles apply, so there is no shadow to hide from them. */
  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    const key = this.#keyFromLink();
    this.#enter(() => (key ? Client.signIn(key) : Client.resume()));
  }

  render() {
    return html`
      <header data-top>
        <h1 data-brand><img src="icon.svg" alt="">Larder</h1>
        ${this.client ? html`<button data-quiet type="button" @click=${this.#signOut}>Sign out</button>` : nothing}
      </header>
      <main>${this.client ? this.#asking() : this.#signingIn()}</main>
    `;
  }

  #signingIn() {
    return html`
      <p data-lead>An LLM gateway that remembers. Sign in with the key that <code>./larder run</code> printed.</p>
      <form @submit=${this.#submitKey}>
        <div data-field>
          <label for="key">API key</label>
          <input id="key" name="key" type="password" autocomplete="off" required autofocus>
        </div>
        ${this.#complaint()}
        <div data-row><button type="submit" ?disabled=${this.busy}>Sign in</button></div>
      </form>
    `;
  }

  #asking() {
    return html`
      <p data-lead>Ask something, then ask it again: the second answer comes from the cache.</p>
      <form @submit=${this.#submitQuestion}>
        <div data-field>
          <label for="question">Your question</label>
          <textarea id="question" name="question" required @keydown=${this.#submitOnEnter}
            .defaultValue=${"What does a larder keep?"}></textarea>
        </div>
        <div data-row>
          <div data-field>
            <label for="model">Model</label>
            <input id="model" name="model" list="models" required .defaultValue=${this.models[0] ?? "demo"}>
            <datalist id="models">${this.models.map((model) => html`<option value=${model}></option>`)}</datalist>
          </div>
          <label data-switch><input type="checkbox" name="bypass" role="switch"> Bypass the cache</label>
          <button type="submit" ?disabled=${this.busy}>Ask</button>
        </div>
        ${this.#complaint()}
      </form>
      ${this.answers.map((answer) => html`<larder-answer .answer=${answer}></larder-answer>`)}
    `;
  }

  #complaint() {
    return html`<p data-error role="alert" ?hidden=${!this.problem}>${this.problem}</p>`;
  }

  /** A key in the fragment is never sent to the server; it leaves the address bar at once. */
  #keyFromLink() {
    const key = new URLSearchParams(location.hash.slice(1)).get("key");
    if (key) {
      history.replaceState(null, "", location.pathname);
    }
    return key;
  }

  /** Shows the page to whoever gets a client. */
  async #enter(client) {
    this.busy = true;
    try {
      const entered = await client();
      this.models = entered ? await entered.models().catch(() => []) : [];
      this.client = entered;
      this.problem = "";
    } catch (error) {
      this.problem = error.message;
    } finally {
      this.busy = false;
    }
  }

  async #signOut() {
    try {
      await this.client.signOut();
      this.client = null;
      this.answers = [];
      this.problem = "";
    } catch (error) {
      this.problem = error.message;
      if (error.status === 503) {
        // the browser has forgotten its session, though the store has not
        this.client = null;
        this.answers = [];
      }
    }
  }

  #submitKey(event) {
    event.preventDefault();
    const key = new FormData(event.target).get("key").trim();
    this.#enter(() => Client.signIn(key));
  }

  #submitOnEnter(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
  }

  async #submitQuestion(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    let answer = {
      question: form.get("question"),
      text: "",
      status: null,
      millis: null,
      problem: "",
      done: false,
    };
    this.answers = [answer, ...this.answers];
    this.busy = true;
    const start = performance.now();
    const update = (change) => {
      answer = { ...answer, ...change };
      this.answers = [answer, ...this.answers.slice(1)];
    };
    try {
      const question = {
        model: form.get("model"),
        content: answer.question,
        bypass: form.has("bypass"),
      };
      for await (const text of this.client.ask(question, (status) => update({ status }))) {
        update({ text: answer.text + text });
      }
    } catch (error) {
      update({ problem: error.message });
    } finally {
      update({ done: true, millis: performance.now() - start });
      this.busy = false;
    }
  }
}

customElements.define("larder-page", LarderPage);

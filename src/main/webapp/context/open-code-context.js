import { Api, RequestError } from "./api.js";
import { Conversation } from "./conversation.js";

/** Conversations that a list shows at once. */
const PAGE = 50;

/** How long a refusal of live figures is taken for an answer, in milliseconds. */
const REFUSED = 15_000;

/**
 * All that components of a chat page share: who is signed in, the conversations, how the cache is used and what it does. It
 * knows no framework; each change is an event `change:` + what changed (see {@link CHANGES}), dispatched at most once for
 * each frame that the browser paints.
 *
 * @example
 * const context = new OpenCodeContext({ base: "https://larder.example/" });
 * context.addEventListener("change:answer", () => show(context.conversation.answer.text));
 * await context.signIn(key);
 * await context.conversation.say("What does a larder keep?", { model: context.models[0] });
 */
export class OpenCodeContext extends EventTarget {
  /** @type {?{name: string, tenant: string, roles: string[], scopes: string[], limits: object[]}} null = nobody signed in */
  me = null;
  /** Whether a session has ended while the page was open. */
  expired = false;
  /** @type {string[]} names of models that can be asked */
  models = [];
  /** @type {object[]} what a list shows of conversations, the last changed first */
  conversations = [];
  /** Where the next page of conversations begins; empty = it was the last. */
  cursor = "";
  /** What titles must have in them to be shown. */
  search = "";
  /** The conversation that is shown. */
  conversation = new Conversation(this);
  /** @type {"use"|"refresh"|"bypass"} how the cache is used for what is asked next */
  mode = "use";
  /** @type {?object} last live figures, as GET /api/events tells them; null = not known */
  live = null;

  #opened = new Map();
  #changes = new Set();
  #figures = null;

  constructor({ base = "" } = {}) {
    super();
    this.api = new Api(base);
    this.api.onSignedOut = () => this.#lost();
    document.addEventListener("visibilitychange", () => this.#watch());
  }

  get isAdmin() {
    return this.me?.roles.includes("admin") ?? false;
  }

  /**
   * Signs in with an API key, which is sent once and kept nowhere.
   *
   * @param {string} key
   * @throws {RequestError} when it is nobody's
   */
  async signIn(key) {
    await this.api.post("api/session", { key });
    await this.#enter();
  }

  /** Enters by the session that the browser is in. @returns {Promise<boolean>} whether it is in one */
  async resume() {
    try {
      await this.#enter();
      return true;
    } catch (error) {
      if (error.status === 401) {
        return false;
      }
      throw error;
    }
  }

  /** Signs out; a session that is over already is no failure. */
  async signOut() {
    try {
      await this.api.delete("api/session");
    } catch (error) {
      if (error.status === 503) {
        // the browser has forgotten its session, though the store has not
        this.#leave();
      }
      if (error.status !== 401) {
        throw error;
      }
    }
    this.#leave();
  }

  /** @param {"use"|"refresh"|"bypass"} mode */
  setMode(mode) {
    this.mode = mode;
    this.changed("mode");
  }

  /** Reads the first page of conversations, or one more. */
  async list({ more = false } = {}) {
    const search = this.search;
    const found = [];
    let cursor = more ? this.cursor : "";
    do {
      // a page can be short, and there is more all the same
      const query = new URLSearchParams({ cursor, title: search, limit: PAGE });
      const page = await this.api.get(`api/conversations?${query}`);
      found.push(...page.conversations);
      cursor = page.cursor;
    } while (found.length < PAGE && cursor !== "");
    if (search === this.search) {
      this.conversations = more ? [...this.conversations, ...found] : found;
      this.cursor = cursor;
      this.changed("conversations");
    }
  }

  /** Shows conversations that have a text in their title. */
  async find(text) {
    this.search = text;
    await this.list();
  }

  /**
   * Shows a conversation, or a new one. What is coming in the one shown before goes on.
   *
   * @param {string} id empty = a new one
   */
  async open(id = "") {
    if (id !== "" && id === this.conversation.id) {
      return;
    }
    this.conversation = this.#opened.get(id) ?? new Conversation(this, id);
    this.changed("conversation");
    if (id !== "") {
      this.#opened.set(id, this.conversation);
      await this.conversation.load();
    }
  }

  async rename(id, title) {
    await this.api.patch(`api/conversations/${id}`, { title });
    const opened = this.#opened.get(id);
    if (opened) {
      opened.title = title;
    }
    await this.list();
  }

  async remove(id) {
    await this.api.delete(`api/conversations/${id}`).catch((error) => {
      // another tab was faster
      if (error.status !== 404) {
        throw error;
      }
    });
    this.#opened.get(id)?.stop();
    this.#opened.delete(id);
    if (this.conversation.id === id) {
      this.conversation = new Conversation(this);
      this.changed("conversation");
    }
    await this.list();
  }

  /** Told by a conversation that it was made. */
  made(conversation) {
    this.#opened.set(conversation.id, conversation);
    this.changed("made");
    this.list().catch(() => {});
  }

  /**
   * Tells listeners, with the next frame.
   *
   * @param {typeof CHANGES[number]} what
   */
  changed(what) {
    if (this.#changes.size === 0) {
      // a page in the background paints nothing, and should know all the same
      const later = document.hidden ? (tell) => setTimeout(tell, 250) : requestAnimationFrame;
      later(() => this.#tell());
    }
    this.#changes.add(what);
  }

  #tell() {
    const changes = [...this.#changes];
    this.#changes.clear();
    for (const what of changes) {
      this.dispatchEvent(new Event(`change:${what}`));
    }
  }

  async #enter() {
    const me = await this.api.get("api/me");
    if (this.expired && this.me === null && this.#was !== `${me.tenant}/${me.name}`) {
      this.#forget();
    }
    this.#was = `${me.tenant}/${me.name}`;
    this.api.token = me.csrfToken ?? "";
    this.models = await this.#allowed();
    this.me = me;
    this.expired = false;
    this.changed("me");
    this.#watch();
    await this.list();
  }

  /**
   * Names of models. Without them, because a provider is down or a limit is used up (listing counts), there is all the rest.
   */
  async #allowed() {
    try {
      return (await this.api.get("v1/models")).data.map((model) => model.id);
    } catch (error) {
      if (error.status === 401) {
        throw error;
      }
      return [];
    }
  }

  #was = "";

  /** A session has ended: what is on the page stays for whoever signs in again, if it is the same. */
  #lost() {
    if (this.me !== null) {
      this.me = null;
      this.expired = true;
      this.#watch();
      this.changed("me");
    }
  }

  #leave() {
    this.me = null;
    this.expired = false;
    this.api.token = "";
    this.#watch();
    this.#forget();
    this.changed("me");
  }

  #forget() {
    this.#opened.forEach((conversation) => conversation.stop());
    this.#opened.clear();
    this.conversation.stop();
    this.conversation = new Conversation(this);
    this.conversations = [];
    this.cursor = "";
    this.search = "";
    this.live = null;
    this.mode = "use";
  }

  /** Nobody is told why figures are refused; whether one is still signed in, this shows. */
  async #watchAgain() {
    await this.api.get("api/me").catch(() => {});
    this.#watch();
  }

  /** Live figures, while the page is seen: browsers have few connections for all pages of a site together. */
  #watch() {
    this.#figures?.close();
    this.#figures = null;
    if (this.me === null || document.hidden) {
      return;
    }
    const figures = new EventSource(this.api.address("api/events"));
    this.#figures = figures;
    figures.addEventListener("figures", (event) => {
      this.live = JSON.parse(event.data);
      this.changed("live");
    });
    figures.addEventListener("error", () => {
      this.live = null;
      this.changed("live");
      // a browser tries again by itself, but for when it was refused
      if (figures.readyState === EventSource.CLOSED) {
        setTimeout(() => this.#figures === figures && this.#watchAgain(), REFUSED);
      }
    });
  }
}

/** What can change: an event `change:me` and so on. `made` = the conversation shown has got its id. */
export const CHANGES = ["me", "conversations", "conversation", "made", "answer", "mode", "live"];

export { RequestError };

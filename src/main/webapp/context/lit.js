/**
 * Renders a Lit element anew when something of a context changes.
 *
 * @implements {import("lit").ReactiveController}
 */
export class ContextController {
  #host;
  #what;
  #context = null;
  #update = () => this.#host.requestUpdate();

  /**
   * @param {import("lit").ReactiveControllerHost & {context: EventTarget}} host an element with the property `context`
   * @param {...string} what of CHANGES
   */
  constructor(host, ...what) {
    this.#host = host;
    this.#what = what;
    host.addController(this);
  }

  hostUpdate() {
    if (this.#context !== this.#host.context) {
      this.#listen("removeEventListener");
      this.#context = this.#host.context;
      this.#listen("addEventListener");
    }
  }

  hostDisconnected() {
    this.#listen("removeEventListener");
    this.#context = null;
  }

  hostConnected() {
    this.#host.requestUpdate();
  }

  #listen(method) {
    this.#what.forEach((what) => this.#context?.[method](`change:${what}`, this.#update));
  }
}

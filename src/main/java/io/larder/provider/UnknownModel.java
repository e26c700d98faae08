package io.larder.provider;

import io.larder.model.Wire;

/** No configured provider serves that model, or none in the wire format it was asked in. */
public final class UnknownModel extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** No provider serves it, or lists it. */
  public UnknownModel(String model) {
    super("no provider serves the model \"" + model + "\"");
  }

  /** Providers serve it, but none of them over that wire. */
  UnknownModel(String model, Wire wire) {
    super(
        "the model \""
            + model
            + "\" is served in another wire format only: ask for it over the "
            + (wire.isAnthropic() ? "OpenAI" : "Anthropic")
            + " API");
  }
}

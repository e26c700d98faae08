package io.larder.provider;

/** No configured provider serves that model. */
public final class UnknownModel extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** No provider serves it, or lists it. */
  public UnknownModel(String model) {
    super("no provider serves the model \"" + model + "\"");
  }
}

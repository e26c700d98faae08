package io.larder.provider;

/** No configured provider serves that model. */
public final class UnknownModel extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String model;

  /** No provider serves it, or lists it. */
  public UnknownModel(String model) {
    super("no provider serves the model \"" + model + "\"");
    this.model = model;
  }

  /** The model's name as it was asked for. */
  public String model() {
    return model;
  }
}

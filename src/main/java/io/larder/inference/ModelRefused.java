package io.larder.inference;

/** The caller's key does not allow that model. */
public final class ModelRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Names the model as it was asked for. */
  public ModelRefused(String model) {
    super("your API key does not allow the model \"" + model + "\"");
  }
}

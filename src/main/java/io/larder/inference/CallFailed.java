package io.larder.inference;

/** The call to a provider that this request had joined has failed, and so did the ones after it. */
public final class CallFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CallFailed(String why) {
    super("an equal request was under way, and failed: " + why, null, false, false);
  }
}

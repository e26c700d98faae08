package io.larder.api;

/** The request's body is larger than {@code larder.api.body-bytes-max}. */
final class BodyTooLarge extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BodyTooLarge(int bytesMax) {
    super("the request body is larger than " + bytesMax + " bytes");
  }
}

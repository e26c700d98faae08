package io.larder.inference;

import io.larder.model.Usage;
import io.larder.sse.SseFrame;
import java.io.ByteArrayOutputStream;
import java.util.Optional;

/** What a stream has said so far, and whether it is fit to be kept. */
final class Recording {
  private final int bytesMax;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private Usage usage = Usage.UNKNOWN;
  private String unfit = "";
  private boolean begun;
  private boolean ended;

  /**
   * An empty recording.
   *
   * @param bytesMax largest stream kept; of a larger one nothing is held
   */
  Recording(int bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** Notes a frame, and says whether it is the last. */
  boolean add(SseFrame frame) {
    switch (ChatForm.read(frame)) {
      case ChatForm.Sign.Part part -> {
        begun = true;
        part.usage().ifPresent(reported -> usage = reported);
      }
      case ChatForm.Sign.End end -> ended = true;
      case ChatForm.Sign.Unfit found -> unfit = found.why();
      case ChatForm.Sign.Nothing nothing -> {}
    }
    if (unfit.isEmpty() && log.size() + frame.bytes().length > bytesMax) {
      unfit = "too-large";
    }
    if (unfit.isEmpty()) {
      log.writeBytes(frame.bytes());
    } else {
      log.reset();
    }
    return ended;
  }

  /** Whether the last frame has come. */
  boolean hasEnded() {
    return ended;
  }

  Usage usage() {
    return usage;
  }

  /** The whole stream, if it is complete and fit to be kept. */
  Optional<byte[]> complete() {
    return ended && begun && unfit.isEmpty() ? Optional.of(log.toByteArray()) : Optional.empty();
  }
}

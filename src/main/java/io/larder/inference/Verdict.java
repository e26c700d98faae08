package io.larder.inference;

import io.larder.model.Usage;
import io.larder.sse.SseFrame;
import io.larder.wire.Sign;
import io.larder.wire.WireFormat;
import java.util.HashSet;
import java.util.Set;

/**
 * What a stream has said of itself so far: whether it has ended, and whether it is fit to be kept.
 */
final class Verdict {
  private final WireFormat format;
  private Usage usage = Usage.UNKNOWN;
  private String unfit = "";
  private final Set<Integer> open = new HashSet<>();
  private final Set<Integer> finished = new HashSet<>();
  private long events;
  private boolean begun;
  private boolean ended;
  private boolean failed;

  Verdict(WireFormat format) {
    this.format = format;
  }

  /** Notes a frame, and says what it says. */
  Sign add(SseFrame frame) {
    var sign = format.read(frame);
    events += sign.kind() == Sign.Kind.NOTHING ? 0 : 1;
    begun |= sign.kind() == Sign.Kind.PART;
    ended |= sign.kind() == Sign.Kind.END;
    failed |= sign.kind() == Sign.Kind.ERROR;
    usage = sign.usageAfter(usage);
    open.addAll(sign.open());
    finished.addAll(sign.finished());
    if (!sign.unfit().isEmpty()) {
      unfit = sign.unfit();
    }
    return sign;
  }

  /** What a frame would say. */
  Sign.Kind peek(SseFrame frame) {
    return format.read(frame).kind();
  }

  /** Whether the last frame has come. */
  boolean hasEnded() {
    return ended;
  }

  /** Whether the provider has said that it failed. */
  boolean hasFailed() {
    return failed;
  }

  /** How many events have come. */
  long events() {
    return events;
  }

  Usage usage() {
    return usage;
  }

  /** Whether the stream is complete, and nothing speaks against keeping it. */
  boolean isFit() {
    return ended && begun && unfit.isEmpty() && finished.containsAll(open);
  }
}

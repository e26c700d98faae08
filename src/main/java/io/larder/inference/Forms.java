package io.larder.inference;

import io.larder.live.Head;
import io.larder.live.Part;
import io.larder.sse.SseFrame;
import io.larder.wire.WireFormat;
import io.larder.wire.WireRequest;
import java.util.List;
import java.util.Optional;

/**
 * The two forms of an answer, a stream and a JSON object, each made from the other where needed.
 */
final class Forms {
  private Forms() {}

  /** Whether a stream lacks the usage that a request wants to see. */
  static boolean lacksUsage(Head head, WireRequest request) {
    return head.stream() && request.stream() && request.wantsUsage() && !head.usageAsked();
  }

  /**
   * Whether a client sees a stream's usage: if it wants to, or if the provider shows it unasked.
   */
  static boolean showsUsage(Head head, boolean wanted) {
    return wanted || (head.stream() && !head.usageAsked());
  }

  /**
   * The body of a complete answer in the form that a request asks for.
   *
   * @return empty if that form cannot be had without loss
   */
  static Optional<byte[]> body(
      WireFormat format, Head head, List<Part> parts, WireRequest request) {
    if (!request.stream()) {
      return json(format, head, parts);
    }
    return lacksUsage(head, request)
        ? Optional.empty()
        : stream(format, head, parts).map(frames -> View.whole(request.wantsUsage()).show(frames));
  }

  private static Optional<byte[]> json(WireFormat format, Head head, List<Part> parts) {
    if (!head.stream()) {
      return Optional.of(parts.getFirst().bytes());
    }
    return format.fold(parts.stream().map(part -> new SseFrame(part.bytes())).toList());
  }

  /** The frames of an answer, made if it is no stream. */
  static Optional<List<Part>> stream(WireFormat format, Head head, List<Part> parts) {
    if (head.stream()) {
      return Optional.of(parts);
    }
    return format
        .render(parts.getFirst().bytes())
        .map(frames -> frames.stream().map(frame -> part(format, frame)).toList());
  }

  private static Part part(WireFormat format, SseFrame frame) {
    var hidden = format.read(frame).hidden();
    return new Part(frame.bytes(), 0, hidden.from(), hidden.to());
  }

  /** What the form is called that a request asks for. */
  static String contentType(Head head, WireRequest request) {
    if (head.stream() == request.stream()) {
      return head.contentType();
    }
    return request.stream() ? "text/event-stream; charset=utf-8" : "application/json";
  }
}

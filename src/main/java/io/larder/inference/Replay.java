package io.larder.inference;

import io.larder.live.Head;
import io.larder.live.Part;
import io.larder.wire.WireFormat;
import io.larder.wire.WireRequest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/** A stored answer in the form, and with the timing, that one request asks for. */
final class Replay {
  private final Entry entry;
  private final String contentType;
  private final Answer.Body body;

  private Replay(Entry entry, String contentType, Answer.Body body) {
    this.entry = entry;
    this.contentType = contentType;
    this.body = body;
  }

  /** The stored answer for a request, unless it cannot be had in the form that is asked for. */
  static Optional<Replay> of(
      Entry entry, WireFormat format, WireRequest request, LarderCache larder) {
    var head = head(entry);
    var type = Forms.contentType(head, request);
    boolean asStored =
        head.stream() == request.stream()
            && (!request.stream() || !head.usageAsked() || request.wantsUsage())
            && !Forms.lacksUsage(head, request);
    if (asStored && !(request.stream() && larder.isPaced())) {
      return Optional.of(new Replay(entry, type, new Answer.Whole(entry.length(), entry::writeTo)));
    }
    var parts = entry.parts();
    if (parts.isEmpty()) {
      return Optional.empty();
    }
    if (request.stream() && larder.isPaced() && head.stream() && !Forms.lacksUsage(head, request)) {
      var paced = new Paced(parts.get(), View.whole(Forms.showsUsage(head, request.wantsUsage())));
      return Optional.of(new Replay(entry, type, paced));
    }
    return Forms.body(format, head, parts.get(), request)
        .map(body -> new Replay(entry, type, Answer.Whole.of(body)));
  }

  static Head head(Entry entry) {
    var about = entry.about();
    return new Head(
        about.answerId(),
        about.provider(),
        about.status(),
        about.contentType(),
        about.stream(),
        about.usageAsked());
  }

  Entry entry() {
    return entry;
  }

  String contentType() {
    return contentType;
  }

  Answer.Body body() {
    return body;
  }

  /** A stream in the rhythm in which it came. */
  private record Paced(List<Part> parts, View view) implements Answer.Flowing {
    @Override
    public void writeTo(OutputStream out) throws IOException {
      // Liberty holds the first write back until the second; an empty flush sends the header fields
      out.flush();
      long begin = System.nanoTime();
      try {
        for (var part : parts) {
          long wait = part.millis() - (System.nanoTime() - begin) / 1_000_000;
          if (wait > 0) {
            Thread.sleep(wait);
          }
          out.write(view.show(List.of(part)));
          out.flush();
        }
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("the server stops");
      }
    }

    @Override
    public void abandon() {
      // nothing is open
    }
  }
}

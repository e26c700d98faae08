package io.larder.wire;

import io.larder.model.Usage;
import java.util.Optional;
import java.util.Set;

/**
 * What one frame of a stream, or a whole JSON answer, says of the exchange.
 *
 * @param usage tokens it reports, if it does; a later report replaces an earlier one
 * @param unfit why the answer must not be kept, as a token for {@code Cache-Status; detail}; empty
 *     = nothing speaks against it
 * @param hidden what of the frame was asked for by Larder alone
 * @param open the choices of which it says that they are not finished
 * @param finished the choices of which it says that they are
 */
public record Sign(
    Kind kind,
    Optional<Usage> usage,
    String unfit,
    Cut hidden,
    Set<Integer> open,
    Set<Integer> finished) {
  /** What a frame does to its stream. */
  public enum Kind {
    /** Carries a part of the answer. */
    PART,
    /** Ends the stream as the wire format has it. A whole answer is one, too. */
    END,
    /** Says that the provider has failed; the stream may or may not go on. */
    ERROR,
    /** Nothing: a comment, a ping, or what is not JSON. */
    NOTHING
  }

  static final Sign NOTHING = new Sign(Kind.NOTHING, Optional.empty(), "", Cut.NONE);
  static final Sign ERROR = new Sign(Kind.ERROR, Optional.empty(), "error", Cut.NONE);
  static final Sign END = new Sign(Kind.END, Optional.empty(), "", Cut.NONE);
  static final Sign INCOMPLETE = new Sign(Kind.END, Optional.empty(), "incomplete", Cut.NONE);
  static final Sign GARBAGE = new Sign(Kind.NOTHING, Optional.empty(), "not-json", Cut.NONE);
  static final Sign NOT_JSON = new Sign(Kind.ERROR, Optional.empty(), "not-json", Cut.NONE);

  public Sign {
    open = Set.copyOf(open);
    finished = Set.copyOf(finished);
  }

  /** A sign that says nothing of single choices. */
  Sign(Kind kind, Optional<Usage> usage, String unfit, Cut hidden) {
    this(kind, usage, unfit, hidden, Set.of(), Set.of());
  }

  /**
   * What is known to have been used after this frame. A later report replaces an earlier one, but
   * for what it leaves out: older servers count the input at the start of a message alone.
   *
   * @param before what was known before it
   */
  public Usage usageAfter(Usage before) {
    return usage
        .map(
            reported ->
                new Usage(
                    reported.input() == 0 ? before.input() : reported.input(),
                    reported.output() == 0 ? before.output() : reported.output()))
        .orElse(before);
  }
}

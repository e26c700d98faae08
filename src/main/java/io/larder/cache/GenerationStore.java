package io.larder.cache;

import java.util.List;

/**
 * Where the generations of labels are kept. A generation is the moment it began, in microseconds
 * since 1970 by the store's clock. One that was lost begins anew, later: what was made under the
 * lost one is dead, as it should be when nobody knows.
 */
interface GenerationStore {
  /** The generations of labels, in their order; begins one for each label that has none. */
  List<Long> current(List<Label> labels);

  /**
   * Begins a newer generation and tells all nodes.
   *
   * @param least not to be below
   */
  long renew(Label label, long least);

  /** Tells all nodes something. */
  void announce(String message);
}

package io.larder.inference;

import io.larder.cache.Lookup;
import io.larder.cache.Ticket;
import io.larder.live.Head;
import io.larder.live.Part;
import io.larder.model.Usage;
import java.time.Duration;
import java.util.List;

/** What becomes of an answer in the cache. */
interface Keeper {
  /**
   * Gets ready, before anybody is asked: what is invalidated from now on must not be kept.
   *
   * @param found what the cache had
   * @return what tells others which state of the cache this request has seen
   */
  Ticket begin(Lookup found);

  /** Keeps a complete answer, and says whether the cache took it. */
  boolean keep(Head head, List<Part> parts, Usage usage, Duration providerTime);
}

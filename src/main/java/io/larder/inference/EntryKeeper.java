package io.larder.inference;

import io.larder.cache.Cache;
import io.larder.cache.Lookup;
import io.larder.cache.Ticket;
import io.larder.live.Head;
import io.larder.live.Part;
import io.larder.model.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Keeps an answer under the name of its request. */
final class EntryKeeper implements Keeper {
  private final Cache cache;
  private final Asked asked;
  private final Tally tally;
  private final RandomGenerator chance;
  private Optional<Ticket> ticket = Optional.empty();

  EntryKeeper(Cache cache, Asked asked, Tally tally, RandomGenerator chance) {
    this.cache = cache;
    this.asked = asked;
    this.tally = tally;
    this.chance = chance;
  }

  @Override
  public Ticket begin(Lookup found) {
    var taken = cache.ticket(asked.key(), found, asked.labels());
    ticket = Optional.of(taken);
    return taken;
  }

  @Override
  public boolean keep(Head head, List<Part> parts, Usage usage, Duration providerTime) {
    if (ticket.isEmpty()) {
      return false;
    }
    var about =
        new Entry.About(
            head.status(),
            head.stream(),
            head.usageAsked(),
            head.answerId(),
            head.provider(),
            head.contentType(),
            providerTime,
            usage);
    var retention =
        asked
            .settings()
            .retention(
                asked.format().wire().cacheType(), asked.directives().larder().ttl(), chance);
    boolean kept = cache.keep(ticket.get(), Entry.encode(about, parts), retention);
    if (kept) {
      tally.stored();
    }
    return kept;
  }
}

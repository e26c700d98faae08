package io.larder.inference;

import io.larder.cache.Kept;
import io.larder.cache.Lookup;
import io.larder.cache.Ticket;
import io.larder.live.Head;
import io.larder.live.Part;
import io.larder.model.Header;
import io.larder.model.Usage;
import io.larder.model.Wire;
import io.larder.provider.ProviderFailure;
import io.larder.wire.OpenAiEmbeddings;
import io.larder.wire.OpenAiEmbeddings.Batch;
import io.larder.wire.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A request for embeddings of several inputs, each of which is an entry of the cache by itself:
 * asks for those that are not there, and puts the answer together in order.
 */
final class BatchExchange implements Asking {
  private final Inference inference;
  private final Asked asked;
  private final Batch batch;
  private final Tally tally;
  private final List<Place> places = new ArrayList<>();
  private Optional<Exchange> exchange = Optional.empty();
  private boolean wasThere;

  /** One input: its request, and what the cache had for it. */
  private static final class Place {
    private final Asked single;
    private final Lookup found;
    private final Optional<Kept> kept;
    private final Optional<Entry> entry;
    private Optional<byte[]> answer;
    private Optional<Keeper> keeper = Optional.empty();

    Place(Asked single, Lookup found, Instant now) {
      this.single = single;
      this.found = found;
      // one past its time is asked for with the others: nobody would refresh it by itself
      this.kept = found instanceof Lookup.Found ? single.usable(found, now) : Optional.empty();
      this.entry = kept.flatMap(usable -> Entry.decode(usable.value()));
      this.answer = entry.map(Entry::body);
    }
  }

  /** A batch of several inputs; nothing has been looked up. */
  BatchExchange(Inference inference, Asked asked, Batch batch, Tally tally) {
    this.inference = inference;
    this.asked = asked;
    this.batch = batch;
    this.tally = tally;
  }

  private void lookUp() {
    for (int i = 0; i < batch.size(); i++) {
      var single = asked.with(batch.single(i));
      places.add(new Place(single, inference.cache().find(single.key()), inference.now()));
    }
  }

  /** The whole answer if the cache has all of it. */
  private Optional<Answer> answered() {
    if (!missing().isEmpty()) {
      return Optional.empty();
    }
    return joined()
        .map(
            body -> {
              var entries = entries();
              tally.hits(entries);
              var now = inference.now();
              var age =
                  places.stream().map(place -> age(place, now)).max(Comparator.naturalOrder());
              var left =
                  places.stream().map(place -> left(place, now)).min(Comparator.naturalOrder());
              var about = entries.getFirst().about();
              var status =
                  new CacheStatus.Hit(
                      asked.fingerprint(),
                      age.orElseThrow(),
                      left.orElseThrow(),
                      about.providerTime());
              return answer(body, status, about.provider());
            });
  }

  private static Duration age(Place place, Instant now) {
    return place.kept.orElseThrow().age(now);
  }

  private static Duration left(Place place, Instant now) {
    return place.kept.orElseThrow().left(now);
  }

  private List<Entry> entries() {
    return places.stream().flatMap(place -> place.entry.stream()).toList();
  }

  private List<Integer> missing() {
    var missing = new ArrayList<Integer>();
    for (int i = 0; i < places.size(); i++) {
      if (places.get(i).answer.isEmpty()) {
        missing.add(i);
      }
    }
    return missing;
  }

  private Optional<byte[]> joined() {
    return Batch.join(places.stream().map(place -> place.answer.orElseThrow()).toList());
  }

  private static Answer answer(byte[] body, CacheStatus status, String provider) {
    return new Answer(
        200,
        List.of(new Header("Content-Type", "application/json")),
        Answer.Whole.of(body),
        status,
        provider,
        Optional.empty());
  }

  @Override
  public Answer ask() throws ProviderFailure {
    lookUp();
    var answered = answered();
    if (answered.isPresent()) {
      wasThere = true;
      return answered.get();
    }
    Inference.refuseIfOnlyCached(asked, new Lookup.Absent(0), tally);
    var missing = missing();
    if (missing.isEmpty()) {
      // what the cache has does not go together: the models differ, say
      return askForAll();
    }
    var rest = asked.with(batch.some(missing));
    var restBatch = OpenAiEmbeddings.batch(rest.request());
    var asking =
        new Exchange(inference, rest, new Lookup.Absent(0), tally, new Singles(missing, restBatch));
    exchange = Optional.of(asking);
    var answer = asking.ask();
    if (answer.status() != 200 || !(answer.body() instanceof Answer.Whole whole)) {
      return answer;
    }
    var parts = restBatch.split(bytes(whole));
    if (missing.size() == places.size() || parts.isEmpty()) {
      return parts.isEmpty() && missing.size() < places.size() ? askForAll() : answer;
    }
    for (int i = 0; i < missing.size(); i++) {
      places.get(missing.get(i)).answer = Optional.of(parts.get().get(i));
    }
    var joined = joined();
    if (joined.isEmpty()) {
      return askForAll();
    }
    tally.saved(entries());
    var status = new CacheStatus.Miss(asked.fingerprint(), "partial", hasKept(), "");
    return answer(joined.get(), status, answer.provider());
  }

  /** Parts that do not go together are no answer: the provider gives all of it. */
  private Answer askForAll() throws ProviderFailure {
    var all = new ArrayList<Integer>();
    for (int i = 0; i < places.size(); i++) {
      all.add(i);
    }
    var asking =
        new Exchange(inference, asked, new Lookup.Absent(0), tally, new Singles(all, batch));
    exchange = Optional.of(asking);
    return asking.ask();
  }

  private static byte[] bytes(Answer.Whole whole) {
    var bytes = new ByteArrayOutputStream(whole.length());
    try {
      whole.bytes().writeTo(bytes);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  @Override
  public boolean hasKept() {
    return wasThere || exchange.filter(Exchange::hasKept).isPresent();
  }

  /** Keeps each input's part of an answer under its own name. */
  private final class Singles implements Keeper {
    private final List<Integer> of;
    private final Batch asBatch;

    Singles(List<Integer> of, Batch asBatch) {
      this.of = of;
      this.asBatch = asBatch;
    }

    @Override
    public Ticket begin(Lookup found) {
      for (int i : of) {
        var place = places.get(i);
        var keeper = new EntryKeeper(inference.cache(), place.single, tally, inference.chance());
        var unused = keeper.begin(place.found);
        place.keeper = Optional.of(keeper);
      }
      return inference.cache().ticket(asked.key(), found, asked.labels());
    }

    @Override
    public boolean keep(Head head, List<Part> parts, Usage usage, Duration providerTime) {
      var split = asBatch.split(parts.getFirst().bytes());
      if (split.isEmpty()) {
        return false;
      }
      boolean all = true;
      for (int i = 0; i < of.size(); i++) {
        var keeper = places.get(of.get(i)).keeper;
        var bytes = split.get().get(i);
        var share = WireFormat.of(Wire.OPENAI_EMBEDDINGS).read(bytes).usage().orElse(usage);
        var part = List.of(new Part(bytes, 0, 0, 0));
        all &= keeper.isPresent() && keeper.get().keep(head, part, share, providerTime);
      }
      return all;
    }
  }
}

package io.larder.job;

import io.larder.json.Json;
import io.larder.json.JsonText;
import io.larder.json.JsonWriter;
import io.larder.valkey.Valkey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Jobs in Valkey.
 *
 * <p>Storage, each second while a job runs:
 *
 * <pre>
 * SET larder:1:job:&lt;id&gt;       JSON PX {@link #LIFE}
 * SET larder:1:job:&lt;id&gt;:alive 1    PX {@link #ALIVE}     gone = the node died
 * SET larder:1:job:&lt;id&gt;:stop  1    PX {@link #LIFE}      to cancel
 * </pre>
 */
final class ValkeyBoard implements JobBoard {
  static final Duration LIFE = Duration.ofDays(1);
  static final Duration ALIVE = Duration.ofSeconds(10);
  private static final byte[] YES = {'1'};

  private final Valkey valkey;

  ValkeyBoard(Valkey valkey) {
    this.valkey = valkey;
  }

  @Override
  public void write(Job job) {
    if (!job.isOver()) {
      valkey.set(name(job.id()) + ":alive", YES, ALIVE);
    }
    valkey.set(name(job.id()), json(job).getBytes(StandardCharsets.UTF_8), LIFE);
  }

  @Override
  public Optional<Job> read(String id) {
    // the life sign first: a job that ends in between is read as over, not as dead
    boolean alive = valkey.get(name(id) + ":alive").isPresent();
    return valkey
        .get(name(id))
        .flatMap(ValkeyBoard::parse)
        .map(job -> job.isOver() || alive ? job : job.with(Job.State.DIED));
  }

  @Override
  public void askToStop(String id) {
    valkey.set(name(id) + ":stop", YES, LIFE);
  }

  @Override
  public boolean isAskedToStop(String id) {
    return valkey.get(name(id) + ":stop").isPresent();
  }

  private static String name(String id) {
    return "larder:1:job:" + id;
  }

  private static String json(Job job) {
    return "{\"id\":"
        + JsonWriter.quote(job.id())
        + ",\"kind\":"
        + JsonWriter.quote(job.kind())
        + ",\"state\":\""
        + job.state()
        + "\",\"total\":"
        + job.total()
        + ",\"done\":"
        + job.done()
        + ",\"failed\":"
        + job.failed()
        + ",\"startedAt\":\""
        + job.startedAt()
        + "\",\"updatedAt\":\""
        + job.updatedAt()
        + "\",\"problems\":"
        + job.problems().stream().map(JsonWriter::quote).collect(Collectors.joining(",", "[", "]"))
        + "}";
  }

  private static Optional<Job> parse(byte[] json) {
    try {
      var object = JsonText.parse(json).object();
      return Optional.of(
          new Job(
              object.text("id").orElseThrow(),
              object.text("kind").orElseThrow(),
              Job.State.valueOf(object.text("state").orElseThrow()),
              object.number("total"),
              object.number("done"),
              object.number("failed"),
              object.items("problems").stream()
                  .map(Json::asText)
                  .flatMap(Optional::stream)
                  .toList(),
              Instant.parse(object.text("startedAt").orElseThrow()),
              Instant.parse(object.text("updatedAt").orElseThrow())));
    } catch (RuntimeException damaged) {
      return Optional.empty();
    }
  }
}

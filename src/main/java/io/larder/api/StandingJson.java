package io.larder.api;

import io.larder.inference.Charges;
import io.larder.json.JsonWriter;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Where somebody stands with policies, as JSON. */
public final class StandingJson {
  private StandingJson() {}

  /**
   * An array of objects with {@code scope}, {@code name}, {@code unit}, {@code limit}, {@code
   * windowSeconds} (0 for requests at once), {@code model} if it is for some, {@code remaining} and
   * {@code resetSeconds} unless nobody knows, and {@code shadow}.
   */
  public static String of(List<Charges.Standing> standings) {
    return standings.stream().map(StandingJson::of).collect(Collectors.joining(",", "[", "]"));
  }

  private static String of(Charges.Standing standing) {
    var policy = standing.policy();
    return "{\"scope\":"
        + JsonWriter.quote(standing.scope())
        + ",\"name\":"
        + JsonWriter.quote(policy.name())
        + ",\"unit\":"
        + JsonWriter.quote(policy.unit().word())
        + ",\"limit\":"
        + policy.limit()
        + ",\"windowSeconds\":"
        + policy.window().toSeconds()
        + policy.model().map(model -> ",\"model\":" + JsonWriter.quote(model)).orElse("")
        + standing
            .left()
            .map(
                left ->
                    ",\"remaining\":"
                        + left.remaining()
                        + ",\"resetSeconds\":"
                        + seconds(left.reset()))
            .orElse("")
        + ",\"shadow\":"
        + policy.shadow()
        + "}";
  }

  private static long seconds(Duration time) {
    return time.plusNanos(999_999_999).toSeconds();
  }
}

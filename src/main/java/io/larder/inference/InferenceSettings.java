package io.larder.inference;

import io.larder.setting.Checked;
import io.larder.setting.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Settings under {@code larder.inference} and {@code larder.cache.warm}; defaults and reasons stand
 * in microprofile-config.properties.
 *
 * @param detachedMax how long an answer is read on, to be kept, after its clients have left
 * @param detachedCountMax how many answers are read on at once without a client
 * @param followMax how long a request waits for an answer that another one has asked for
 * @param warmConcurrency how many requests of one warming are sent at once
 * @param warmFile what to warm the cache with at the start; empty = nothing
 */
record InferenceSettings(
    Duration detachedMax,
    int detachedCountMax,
    Duration followMax,
    int warmConcurrency,
    Optional<Path> warmFile)
    implements Checked {
  private static final int COUNT_MAX = 10_000;

  static InferenceSettings from(Settings settings) {
    return new InferenceSettings(
        settings.duration("larder.inference.detached-max", Duration.ZERO, Duration.ofHours(1)),
        settings.integer("larder.inference.detached-count-max", 0, COUNT_MAX),
        settings.duration(
            "larder.inference.follow-max", Duration.ofMillis(100), Duration.ofHours(1)),
        settings.integer("larder.cache.warm.concurrency", 1, 256),
        settings.text("larder.cache.warm.file").map(Path::of));
  }
}

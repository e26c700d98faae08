package io.larder.telemetry;

import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/** Telemetry whose counters a test can read. */
public final class Counted {
  private final Map<String, Count> counts = new ConcurrentHashMap<>();
  private final Telemetry telemetry =
      new Telemetry(
          (MetricRegistry)
              Proxy.newProxyInstance(
                  MetricRegistry.class.getClassLoader(),
                  new Class<?>[] {MetricRegistry.class},
                  (proxy, method, arguments) ->
                      method.getReturnType() == Counter.class
                          ? counter((Metadata) arguments[0], (Tag[]) arguments[1])
                          : Discarded.result(method)));

  /** What counts here. */
  public Telemetry telemetry() {
    return telemetry;
  }

  /**
   * A counter's count so far.
   *
   * @param tags the values of its tags, in their order
   */
  public long of(String name, String... tags) {
    var count = counts.get(name + Stream.of(tags).toList());
    return count == null ? 0 : count.getCount();
  }

  private Counter counter(Metadata metadata, Tag... tags) {
    var values = Stream.of(tags).map(Tag::getTagValue).collect(Collectors.toList());
    return counts.computeIfAbsent(metadata.getName() + values, absent -> new Count());
  }

  private static final class Count implements Counter {
    private final LongAdder sum = new LongAdder();

    @Override
    public void inc() {
      sum.increment();
    }

    @Override
    public void inc(long more) {
      sum.add(more);
    }

    @Override
    public long getCount() {
      return sum.sum();
    }
  }
}

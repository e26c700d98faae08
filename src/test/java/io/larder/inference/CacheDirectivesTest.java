package io.larder.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Cache-Control of requests, as RFC 9111 has it. */
final class CacheDirectivesTest {

  @Test
  void parse_known_areRead() {
    var all = CacheDirectives.parse("No-Cache, no-store,only-if-cached , max-age=60", "");
    assertThat(all.noCache()).isTrue();
    assertThat(all.noStore()).isTrue();
    assertThat(all.onlyIfCached()).isTrue();
    assertThat(all.maxAge()).hasValue(Duration.ofMinutes(1));
    assertThat(CacheDirectives.parse("max-age=\"5\"", "").maxAge()).hasValue(Duration.ofSeconds(5));
  }

  @Test
  void parse_unknownOrEmpty_isNothing() {
    var none = CacheDirectives.parse("", "");
    assertThat(CacheDirectives.parse("min-fresh=5, no-transform, ,no-cachex", "")).isEqualTo(none);
    assertThat(none.maxAge()).isEmpty();
  }

  @Test
  void parse_ageThatIsNone_countsAsZero() {
    for (var field :
        new String[] {"max-age", "max-age=x", "max-age=-1", "max-age=99999999999999999999"}) {
      assertThat(CacheDirectives.parse(field, "").maxAge()).hasValue(Duration.ZERO);
    }
  }
}

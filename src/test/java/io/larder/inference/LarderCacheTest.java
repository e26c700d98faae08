package io.larder.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.cache.CacheSettings.Scope;
import io.larder.wire.BadRequest;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The extension of cache control. */
final class LarderCacheTest {
  @Test
  void parse_everyMember_isRead() {
    var field =
        LarderCache.parse(
            "ttl=3600, scope=tenant, tags=(\"docs\" \"v2\" token), namespace=\"eval-7\", other=?1");

    assertThat(field.ttl()).hasValue(Duration.ofHours(1));
    assertThat(field.scope()).hasValue(Scope.TENANT);
    assertThat(field.tags()).containsExactly("docs", "v2", "token");
    assertThat(field.namespace()).hasValue("eval-7");
  }

  @Test
  void parse_nothing_asksForNothing() {
    assertThat(LarderCache.parse("")).isEqualTo(LarderCache.parse("unknown=1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ttl=0",
        "ttl=-5",
        "ttl=1.5",
        "ttl=\"60\"",
        "ttl=31622401",
        "scope=everyone",
        "scope=1",
        "tags=docs",
        "tags=(1 2)",
        "tags=(\"\")",
        "tags=(a b c d e f g h i j k l m n o p q)",
        "namespace=7",
        "namespace=\" \"",
        "ttl=",
        "ttl=1,",
        "\u00e4=1"
      })
  void parse_wrong_isToldByName(String field) {
    assertThatThrownBy(() -> LarderCache.parse(field))
        .isInstanceOf(BadRequest.class)
        .hasMessageContaining("Larder-Cache");
  }

  @Test
  void parse_tagOfTenKibibytes_isToldWithoutRepeatingIt() {
    assertThatThrownBy(() -> LarderCache.parse("tags=(\"" + "x".repeat(10_240) + "\")"))
        .isInstanceOf(BadRequest.class)
        .hasMessageContaining("tags must be a list of at most 16 tags of 1 to 128 bytes")
        .hasMessageNotContaining("xxx");
  }
}

package io.larder.valkey;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Names of users in keys. */
final class HashTagTest {
  @Test
  void of_aPlainName_isAsItIs() {
    assertThat(HashTag.of("tenant/a user@example.com")).isEqualTo("tenant/a user@example.com");
    assertThat(HashTag.of("x".repeat(128))).isEqualTo("x".repeat(128));
  }

  @Test
  void of_whatWouldEndIt_isEscaped() {
    assertThat(HashTag.of("{a}%")).isEqualTo("%7Ba%7D%25");
  }

  @Test
  void of_aLongName_isItsDigest() {
    assertThat(HashTag.of("x".repeat(129))).matches("%sha256/[0-9a-f]{64}");
  }

  @Test
  void of_namesThatAreAlike_areNotTheSame() {
    var long1 = "x".repeat(129);
    var names = Stream.of("a", "{a", "%7Ba", "%257Ba", long1, long1 + "x", HashTag.of(long1));
    assertThat(names.map(HashTag::of)).doesNotHaveDuplicates();
  }
}

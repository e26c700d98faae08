package io.larder.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.setting.InvalidSetting;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies in Valkey, in all its forms, and what is made of it when it is damaged. */
final class EnvelopeTest {
  private static final String SETTING = "larder.cache.encryption-key";
  private static final Key KEY = new Key("chat", "k");
  private static final byte[] TEXT =
      "a value that says the same again and again, ".repeat(50).getBytes(StandardCharsets.UTF_8);

  private final Envelope plain = new Envelope(1_000_000, Optional.empty());
  private final Envelope compressing = new Envelope(64, Optional.empty());

  @Test
  void wrap_everyForm_isTheSameAgain() {
    for (var envelope : List.of(plain, compressing, sealing(1), sealing(2, 1))) {
      for (var value : List.of(new byte[0], new byte[] {7}, TEXT, noise(5_000))) {
        var found = envelope.unwrap(KEY, envelope.wrap(KEY, kept(value))).orElseThrow();

        assertThat(found.value()).isEqualTo(value);
        assertThat(found.stamps()).isEqualTo(kept(value).stamps());
        assertThat(found.version()).isEqualTo(42);
      }
    }
  }

  @Test
  void wrap_repetitiveValue_isSmaller() {
    assertThat(compressing.wrap(KEY, kept(TEXT))).hasSizeLessThan(TEXT.length / 5);
    assertThat(plain.wrap(KEY, kept(TEXT))).hasSizeGreaterThan(TEXT.length);
  }

  @Test
  void unwrap_anyByteChanged_isNothing() {
    for (var envelope : List.of(plain, compressing, sealing(1))) {
      var whole = envelope.wrap(KEY, kept("secret".getBytes(StandardCharsets.UTF_8)));
      for (int i = 0; i < whole.length; i++) {
        var damaged = whole.clone();
        damaged[i] ^= 0x10;
        assertThat(envelope.unwrap(KEY, damaged)).as("byte " + i).isEmpty();
      }
    }
  }

  @Test
  void unwrap_cutAnywhere_isNothing() {
    var whole = compressing.wrap(KEY, kept(TEXT));
    for (int i = 0; i < whole.length; i++) {
      assertThat(compressing.unwrap(KEY, Arrays.copyOf(whole, i))).as("length " + i).isEmpty();
    }
  }

  @Test
  void unwrap_otherFormats_areNothing() {
    var whole = plain.wrap(KEY, kept(TEXT));
    for (byte format : new byte[] {0, 1, 3, -1}) {
      whole[0] = format;
      assertThat(plain.unwrap(KEY, whole)).isEmpty();
    }
  }

  @Test
  void wrap_withAKey_doesNotShowTheValue() {
    var wrapped = sealing(1).wrap(KEY, kept(TEXT));

    assertThat(new String(wrapped, StandardCharsets.ISO_8859_1)).doesNotContain("a value");
    assertThat(sealing(1).wrap(KEY, kept(TEXT))).isNotEqualTo(wrapped);
  }

  @Test
  void unwrap_keyReplaced_opensWithTheOldOneToo() {
    var old = sealing(1).wrap(KEY, kept(TEXT));

    assertThat(sealing(2, 1).unwrap(KEY, old)).isPresent();
    assertThat(sealing(2).unwrap(KEY, old)).isEmpty();
    assertThat(sealing(1).unwrap(KEY, sealing(2, 1).wrap(KEY, kept(TEXT)))).isEmpty();
  }

  @Test
  void unwrap_sealedForAnotherKey_isNothing() {
    var wrapped = sealing(1).wrap(KEY, kept(TEXT));

    assertThat(sealing(1).unwrap(new Key("chat", "other"), wrapped)).isEmpty();
  }

  @Test
  void unwrap_plainValueWhereKeysAreSet_isNothing() {
    assertThat(sealing(1).unwrap(KEY, plain.wrap(KEY, kept(TEXT)))).isEmpty();
    assertThat(plain.unwrap(KEY, sealing(1).wrap(KEY, kept(TEXT)))).isEmpty();
  }

  @Test
  void unwrap_tombstone_isOneWithAndWithoutKeys() {
    var tombstone = Kept.tombstone(Instant.EPOCH, Duration.ofHours(1), 9);
    for (var envelope : List.of(plain, sealing(1))) {
      var found = envelope.unwrap(KEY, envelope.wrap(KEY, tombstone)).orElseThrow();
      assertThat(found.isTombstone()).isTrue();
      assertThat(found.version()).isEqualTo(9);
    }
  }

  @Test
  void unwrap_compressedThatPretendsToHoldMuch_isNothing() {
    var bomb = Compression.compress(new byte[1_000_000]).orElseThrow();

    assertThat(Compression.decompress(ByteBuffer.wrap(bomb), 1_000_000)).isPresent();
    assertThat(Compression.decompress(ByteBuffer.wrap(bomb), 999_999)).isEmpty();
  }

  @Test
  void peek_beginning_tellsAllButTheValue() {
    var begin = Arrays.copyOf(sealing(1).wrap(KEY, kept(TEXT)), 128);

    assertThat(Envelope.peek(begin).orElseThrow().stamps()).isEqualTo(kept(TEXT).stamps());
    assertThat(Envelope.peek(Arrays.copyOf(begin, 20))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"x!", "c2hvcnQ=", "AAAA,c2hvcnQ="})
  void encryption_wrongKey_isToldWithoutIt(String found) {
    assertThatThrownBy(() -> Encryption.of(SETTING, List.of(found.split(","))))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining(SETTING)
        .hasMessageNotContaining("c2hvcnQ");
  }

  private static Envelope sealing(int... keys) {
    var base64 =
        Arrays.stream(keys)
            .mapToObj(
                key -> {
                  var bytes = new byte[32];
                  Arrays.fill(bytes, (byte) key);
                  return Base64.getEncoder().encodeToString(bytes);
                })
            .toList();
    return new Envelope(64, Encryption.of(SETTING, base64));
  }

  private static byte[] noise(int length) {
    var bytes = new byte[length];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  private static Kept kept(byte[] value) {
    return new Kept(
        value,
        Instant.EPOCH,
        Retention.of(Duration.ofHours(1)),
        42,
        List.of(new Stamp(Label.EVERYTHING, 5), new Stamp(new Label(Label.Kind.TAG, "t"), 6)));
  }
}

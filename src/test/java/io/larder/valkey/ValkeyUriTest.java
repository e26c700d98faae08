package io.larder.valkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.larder.setting.InvalidSetting;
import io.larder.valkey.ValkeyUri.Kind;
import io.larder.valkey.ValkeyUri.Login;
import io.larder.valkey.ValkeyUri.Node;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses of Valkey servers. */
final class ValkeyUriTest {
  private static final String SETTING = "larder.valkey.uri";

  @Test
  void parse_everyPart_isRead() {
    var uri = ValkeyUri.parse(SETTING, "valkeys://app:p%40ss+word@cache.example:6380/3");

    assertThat(uri.nodes()).containsExactly(new Node("cache.example", 6380));
    assertThat(uri.tls()).isTrue();
    assertThat(uri.kind()).isEqualTo(Kind.SERVER);
    assertThat(uri.login()).isEqualTo(new Login(Optional.of("app"), Optional.of("p@ss+word")));
    assertThat(uri.database()).isEqualTo(3);
    assertThat(uri).hasToString("valkeys://cache.example:6380/3");
  }

  @Test
  void parse_redisNames_meanTheSame() {
    assertThat(ValkeyUri.parse(SETTING, "redis://localhost"))
        .isEqualTo(ValkeyUri.parse(SETTING, "valkey://localhost:6379/0"));
    assertThat(ValkeyUri.parse(SETTING, "rediss://:secret@localhost").login().password())
        .hasValue("secret");
  }

  @Test
  void parse_cluster_isSeveralNodes() {
    var uri = ValkeyUri.parse(SETTING, "valkey://:pw@a:7000,b,[::1]:7002?cluster=true");

    assertThat(uri.kind()).isEqualTo(Kind.CLUSTER);
    assertThat(uri.nodes())
        .containsExactly(new Node("a", 7000), new Node("b", 6379), new Node("::1", 7002));
    assertThat(uri).hasToString("valkey://a:7000,b:6379,::1:7002?cluster=true");
  }

  @Test
  void parse_sentinels_haveALoginOfTheirOwn() {
    var uri =
        ValkeyUri.parse(
            SETTING,
            "valkeys://app:pw@a,b:26380/2?sentinel=main&sentinel-user=s&sentinel-password=q%20r");

    assertThat(uri.kind()).isEqualTo(Kind.SENTINEL);
    assertThat(uri.master()).isEqualTo("main");
    assertThat(uri.nodes()).containsExactly(new Node("a", 26379), new Node("b", 26380));
    assertThat(uri.sentinelLogin()).isEqualTo(new Login(Optional.of("s"), Optional.of("q r")));
    assertThat(uri.database()).isEqualTo(2);
    assertThat(uri.toString()).doesNotContain("pw").doesNotContain("q r");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:6379",
        "http://localhost",
        "valkey://",
        "valkey://user:secret@",
        "valkey://user:secret@host/x",
        "valkey://user:secret@a,b",
        "valkey://user:secret@a,b/1?cluster=true",
        "valkey://user:secret@a?cluster=true&sentinel=m",
        "valkey://user:secret@a?sentinel=",
        "valkey://user:secret@a?sentinel=m&sentinel-password=secret&typo=1",
        "valkey://user:secret@a:0",
        "valkey://user:secret@a:65536",
        "valkey://user:secret@a,,b?cluster=true",
        "memcached://user:secret@host",
        "valkey://user:x?secret@host:6379",
        "valkey://user:p%zzsecret@host",
        "valkey://a?sentinel=m&sentinel-password=a&secret",
        "valkey://user:secret@ho st",
        "valkey://user:secret@host:99x"
      })
  void parse_wrong_isToldWithoutThePassword(String found) {
    assertThatThrownBy(() -> ValkeyUri.parse(SETTING, found))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContaining(SETTING + " must be valkey://")
        .hasMessageNotContaining("secret");
  }
}

package io.larder.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose failures are counted together. */
final class StrangersTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.7, 192.0.2.7",
    "2001:db8:1:2:3:4:5:6, 20010db800010002",
    "2001:db8:1:2::, 20010db800010002",
    "::ffff:192.0.2.7, 192.0.2.7",
    "::1, 0000000000000000",
    "fe80::1%eth0, fe80000000000000",
    "not:an:address, not:an:address",
    "some.name, some.name"
  })
  void network_ofAnAddress_isWhatOneClientHas(String address, String network) {
    assertThat(Strangers.network(address)).isEqualTo(network);
  }
}

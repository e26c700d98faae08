package io.larder.api;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom browsers say that a request comes from. */
final class CrossSiteTest {
  private static final Set<String> TRUSTED = Set.of("https://friend.example");

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-, -, false",
        "-, same-origin, false",
        "-, none, false",
        "-, same-site, true",
        "-, cross-site, true",
        "-, Same-Origin, true",
        "https://larder.example, -, false",
        "http://larder.example, -, false",
        "https://LARDER.example, -, false",
        "https://larder.example:8443, -, true",
        "https://evil.larder.example, -, true",
        "https://evil.example/://larder.example, -, true",
        "null, -, true",
        "'', -, true",
        "https://larder.example, cross-site, true",
        "https://friend.example, cross-site, false",
        "https://friend.example, -, false",
        "https://friend.example.evil, -, true"
      })
  void isFrom_anotherSite_isTold(String origin, String site, boolean foreign) {
    var fields = new HashMap<String, String>();
    fields.put("Host", "larder.example");
    fields.put("Origin", origin);
    fields.put("Sec-Fetch-Site", site);
    assertThat(CrossSite.isFrom(request(fields), TRUSTED)).isEqualTo(foreign);
  }

  private static HttpServletRequest request(Map<String, String> fields) {
    return (HttpServletRequest)
        Proxy.newProxyInstance(
            HttpServletRequest.class.getClassLoader(),
            new Class<?>[] {HttpServletRequest.class},
            (proxy, method, args) -> {
              if (!method.getName().equals("getHeader")) {
                throw new UnsupportedOperationException(method.getName());
              }
              return fields.get(args[0]);
            });
  }
}

package io.larder;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The house: each package, what it may import beside the JDK. A line may name only lines above it.
 */
final class HouseTest {
  private static final String ROOT = "io.larder.";
  private static final JavaClasses HOUSE =
      new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages("io.larder");

  static Stream<Arguments> plan() {
    return Stream.of(
        // 0 ground
        arguments("model", List.of()),
        // 1 tools
        arguments("digest", List.of()),
        arguments("guard", List.of()),
        arguments("sse", List.of()),
        arguments("json", List.of("com.fasterxml.jackson.core..")),
        arguments("setting", List.of()),
        arguments("telemetry", List.of("org.eclipse.microprofile.metrics..", "io.opentelemetry..")),
        // 2 wires
        arguments(
            "valkey",
            ours(
                List.of("digest", "guard", "setting", "telemetry"),
                "redis.clients.jedis..",
                "org.apache.commons.pool2..")),
        arguments(
            "provider",
            ours(
                List.of("model", "digest", "guard", "json", "setting", "telemetry"),
                "org.apache.hc..")),
        arguments("wire", ours(List.of("model", "sse", "json"))),
        // annex: the server's store of sessions, a jar of its own
        arguments(
            "jcache",
            ours(
                List.of("digest", "guard", "setting", "telemetry", "valkey"),
                "javax.cache..",
                "javax.management..")),
        // 3 stores
        arguments(
            "cache",
            ours(
                List.of("digest", "setting", "telemetry", "valkey"),
                "com.github.benmanes.caffeine..")),
        arguments("job", ours(List.of("json", "valkey"))),
        arguments(
            "access",
            ours(
                List.of("model", "digest", "json", "setting", "valkey"),
                "com.github.benmanes.caffeine..")),
        arguments(
            "ratelimit",
            ours(
                List.of("model", "setting", "telemetry", "valkey"),
                "com.github.benmanes.caffeine..")),
        // above the stores; valkey only to hear that it is out of reach
        arguments(
            "cached",
            ours(
                List.of("model", "digest", "setting", "telemetry", "valkey", "cache"),
                "jakarta.annotation..",
                "jakarta.interceptor..",
                "jakarta.json..",
                "jakarta.ws.rs..")),
        // turns of one dialogue; cache for the sealing of what lies in its store
        arguments(
            "conversation",
            ours(List.of("model", "digest", "json", "setting", "telemetry", "valkey", "cache"))),
        // answers in flight; cache for the sealing of what lies in its store
        arguments(
            "live",
            ours(
                List.of("model", "digest", "setting", "telemetry", "valkey", "cache"),
                "com.github.benmanes.caffeine..")),
        // 4 hall
        arguments(
            "inference",
            ours(
                List.of(
                    "model",
                    "digest",
                    "guard",
                    "sse",
                    "json",
                    "setting",
                    "telemetry",
                    "provider",
                    "wire",
                    "cache",
                    "ratelimit",
                    "job",
                    "live"),
                "org.greenbytes.http.sfv..")),
        // the next turn of a conversation; valkey and provider only for their failures
        arguments(
            "talk",
            ours(
                List.of(
                    "model",
                    "guard",
                    "sse",
                    "json",
                    "telemetry",
                    "valkey",
                    "provider",
                    "wire",
                    "conversation",
                    "inference"))),
        // 5 doors; api sees provider, valkey and job only for their failures, which it puts into
        // its table of errors
        arguments(
            "api",
            ours(
                List.of(
                    "model",
                    "digest",
                    "json",
                    "setting",
                    "valkey",
                    "provider",
                    "wire",
                    "job",
                    "access",
                    "ratelimit",
                    "cached",
                    "conversation",
                    "inference",
                    "talk"),
                "jakarta.annotation.security..",
                "jakarta.ws.rs..",
                "jakarta.servlet..",
                "org.eclipse.microprofile.faulttolerance..",
                "org.eclipse.microprofile.jwt..",
                "org.eclipse.microprofile.openapi..")),
        arguments(
            "admin",
            ours(
                List.of(
                    "model",
                    "json",
                    "setting",
                    "wire",
                    "valkey",
                    "cache",
                    "ratelimit",
                    "job",
                    "access",
                    "cached",
                    "inference",
                    "api"),
                "jakarta.annotation.security..",
                "jakarta.json.bind..",
                "jakarta.ws.rs..",
                "org.eclipse.microprofile.openapi..")),
        arguments(
            "ops",
            ours(
                List.of(
                    "model",
                    "guard",
                    "setting",
                    "provider",
                    "valkey",
                    "job",
                    "access",
                    "inference"),
                "org.eclipse.microprofile.health..")));
  }

  @ParameterizedTest(name = "{0} keeps to its floor")
  @MethodSource("plan")
  void imports(String name, List<String> allowed) {
    var packages = new ArrayList<>(allowed);
    packages.addAll(
        List.of(
            ROOT + name,
            "java..",
            "javax.net.ssl..",
            "javax.crypto..",
            "org.jspecify..",
            "jakarta.inject..",
            "jakarta.enterprise..",
            "org.eclipse.microprofile.config.."));
    classes()
        .that()
        .resideInAPackage(ROOT + name)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(packages.toArray(String[]::new))
        .check(HOUSE);
  }

  @Test
  void plan_everyPackage_isOnIt() {
    var planned = new TreeSet<String>();
    plan().forEach(line -> planned.add(ROOT + line.get()[0]));
    var found = new TreeSet<String>();
    HOUSE.forEach(type -> found.add(type.getPackageName()));

    assertThat(found).isEqualTo(planned);
  }

  @Test
  void plan_everyLine_namesOnlyLinesAbove() {
    var above = new TreeSet<String>();
    plan()
        .forEach(
            line -> {
              ((List<?>) line.get()[1])
                  .stream()
                      .map(String::valueOf)
                      .filter(name -> name.startsWith(ROOT))
                      .forEach(name -> assertThat(above).contains(name));
              above.add(ROOT + line.get()[0]);
            });
  }

  @Test
  void frameworks_belowTheDoors_areSeenOnlyByBeansAndSettings() {
    var doors = Set.of(ROOT + "api", ROOT + "admin", ROOT + "ops");
    noClasses()
        .that()
        .doNotHaveSimpleName("Settings")
        .and()
        .haveSimpleNameNotEndingWith("Settings")
        .and()
        .haveSimpleNameNotEndingWith("Beans")
        .and()
        .haveSimpleNameNotEndingWith("ConfigSource")
        .and()
        .haveSimpleNameNotEndingWith("Interceptor")
        .and()
        .haveSimpleNameNotEndingWith("Extension")
        .and()
        // an interceptor's annotation says which of its members do not choose the interceptor
        .areNotAnnotations()
        .and()
        .resideOutsideOfPackages(doors.toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("jakarta.enterprise..", "org.eclipse.microprofile.config..")
        .check(HOUSE);
  }

  @Test
  void packages_each_sayWhatTheyAre() {
    var described = new TreeSet<String>();
    for (JavaClass type : HOUSE) {
      if (type.getSimpleName().equals("package-info")
          && type.isAnnotatedWith("org.jspecify.annotations.NullMarked")) {
        described.add(type.getPackageName());
      }
    }
    var all = new TreeSet<String>();
    HOUSE.forEach(type -> all.add(type.getPackageName()));

    assertThat(described).isEqualTo(all);
  }

  private static List<String> ours(List<String> rooms, String... others) {
    return Stream.concat(rooms.stream().map(room -> ROOT + room), Stream.of(others)).toList();
  }
}

package it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The file {@code containers/compose.yaml}, played by Podman alone, as a machine that has Podman
 * need not have compose. It does what compose would do with the keys that are in the file, and
 * fails at any other one.
 */
final class Composed implements AutoCloseable {
  private static final Path FOLDER = Path.of("containers").toAbsolutePath();

  /** {@code $$} and {@code ${NAME:-default}}. */
  private static final Pattern VARIABLE = Pattern.compile("\\$\\$|\\$\\{(\\w+):-([^}]*)\\}");

  private final String project;
  private final Map<String, String> environment;
  private final JsonNode services;

  private Composed(String project, Map<String, String> environment, JsonNode services) {
    this.project = project;
    this.environment = Map.copyOf(environment);
    this.services = services;
  }

  /** Starts what has no profile, and what has one of these; gone is what was there before. */
  static Composed up(String project, Set<String> profiles, Map<String, String> environment) {
    var composed = new Composed(project, environment, services());
    composed.remove();
    Command.podman("network", "create", project);
    composed
        .services
        .properties()
        .forEach(
            service -> {
              var wanted = words(service.getValue().path("profiles"));
              if (wanted.isEmpty() || wanted.stream().anyMatch(profiles::contains)) {
                composed.start(service.getKey(), service.getValue());
              }
            });
    return composed;
  }

  private static JsonNode services() {
    try {
      Map<String, Object> file =
          new Yaml(new SafeConstructor(new LoaderOptions()))
              .load(Files.readString(FOLDER.resolve("compose.yaml")));
      return new ObjectMapper().<JsonNode>valueToTree(file).get("services");
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** The name of a service's container. */
  String container(String service) {
    return project + "-" + service;
  }

  /** The image of a service that is built: not that of users, whose image stays as it is. */
  String image(String service) {
    return "localhost/" + container(service) + ":latest";
  }

  private void start(String name, JsonNode service) {
    var run =
        new ArrayList<>(List.of("run", "-d", "--name", container(name), "--network", project));
    run.addAll(List.of("--network-alias", name));
    var image = text(service.get("image"));
    var command = List.<String>of();
    for (var entry : service.properties()) {
      var value = entry.getValue();
      switch (entry.getKey()) {
        case "image", "profiles", "depends_on", "stop_grace_period" -> {}
        case "build" -> image = build(name, value);
        case "environment" ->
            value
                .properties()
                .forEach(
                    one -> run.addAll(List.of("-e", one.getKey() + "=" + text(one.getValue()))));
        case "read_only" -> run.add("--read-only=" + value.asBoolean());
        case "tmpfs" -> words(value).forEach(path -> run.addAll(List.of("--tmpfs", path)));
        case "mem_limit" -> run.addAll(List.of("--memory", value.asText()));
        case "entrypoint" -> run.addAll(List.of("--entrypoint", json(texts(value))));
        case "command" -> command = texts(value);
        case "volumes" -> texts(value).forEach(one -> run.addAll(List.of("-v", volume(one))));
        case "ports" -> texts(value).forEach(one -> run.addAll(List.of("-p", one)));
        default -> throw new IllegalStateException(name + " has " + entry.getKey());
      }
    }
    run.add(image);
    run.addAll(command);
    Command.podman(run.toArray(String[]::new));
  }

  private String build(String name, JsonNode build) {
    var context = FOLDER.resolve(build.get("context").asText()).toString();
    var file = FOLDER.resolve(build.get("dockerfile").asText()).toString();
    // the network of the machine, which reaches the registries
    Command.podman("build", "--network", "host", "-t", image(name), "-f", file, context);
    return image(name);
  }

  private String volume(String text) {
    return text.startsWith("./")
        ? FOLDER.resolve(text.substring(2)).toString()
        : project + "-" + text;
  }

  private String text(JsonNode value) {
    return VARIABLE
        .matcher(value.asText())
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    found.group(1) == null
                        ? "$"
                        : environment.getOrDefault(found.group(1), found.group(2))));
  }

  private List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(this::text).toList();
  }

  private static List<String> words(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  private static String json(List<String> words) {
    return new ObjectMapper().valueToTree(words).toString();
  }

  private void remove() {
    services
        .fieldNames()
        .forEachRemaining(
            name -> Command.podman("rm", "--force", "--ignore", "--time", "1", container(name)));
    Command.podman("network", "rm", "--force", project);
    Command.podman("volume", "rm", "--force", project + "-state");
  }

  /** The last that these services have said. */
  String logs(String... names) {
    return Stream.of(names)
        .map(name -> Command.run(Map.of(), "podman", "logs", "--tail", "60", container(name)))
        .map(command -> command.said() + command.complaints())
        .collect(Collectors.joining("\n"));
  }

  @Override
  public void close() {
    remove();
  }
}

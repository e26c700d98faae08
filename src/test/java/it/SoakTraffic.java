package it;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Clients of all kinds, each asking one thing after the other: answers of which half are in the
 * cache, streams, and conversations. Counts what was acknowledged and what failed when.
 */
final class SoakTraffic implements AutoCloseable {
  private static final int CLIENTS_OF_A_KIND = 3;
  private static final int QUESTIONS = 400;
  private static final int TURNS = 20;
  private static final long PAUSE_MILLIS = 100;
  private static final String UP = "everything up";

  /** A turn that was acknowledged. */
  record Turn(String conversation, String said) {}

  /** A request that failed, and what was out then, or had been since it was sent. */
  record Failure(String during, String why) {}

  private final Pod pod;
  private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
  private final LongAdder answered = new LongAdder();
  private final Queue<Turn> turns = new ConcurrentLinkedQueue<>();
  private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();
  private volatile String out = UP;
  // what was out last, and when that was over
  private volatile String last = UP;
  private volatile long overNanos = System.nanoTime();
  private volatile boolean stopping;

  SoakTraffic(Pod pod) {
    this.pod = pod;
    for (int i = 0; i < CLIENTS_OF_A_KIND; i++) {
      var random = new Random(i);
      client(() -> check(pod.ask("question " + random.nextInt(QUESTIONS))));
      client(() -> check(stream("stream " + random.nextInt(QUESTIONS))));
      client(new Talk(i)::say);
    }
  }

  private HttpResponse<byte[]> stream(String content) {
    return pod.post(
        "/v1/chat/completions",
        "{\"model\":\"demo\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\""
            + content
            + "\"}]}");
  }

  private void client(Runnable request) {
    var unused =
        clients.submit(
            () -> {
              while (!stopping) {
                ask(request);
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
              }
              return null;
            });
  }

  private void ask(Runnable request) {
    long sent = System.nanoTime();
    var before = out;
    try {
      request.run();
      answered.increment();
    } catch (UncheckedIOException | IllegalStateException failed) {
      var during = before.equals(UP) ? out : before;
      if (during.equals(UP) && overNanos > sent) {
        during = last;
      }
      failures.add(new Failure(during, String.valueOf(failed.getMessage())));
    }
  }

  private static String check(HttpResponse<byte[]> response) {
    var text = Pod.text(response);
    if (response.statusCode() / 100 != 2) {
      throw new IllegalStateException(response.statusCode() + " " + text);
    }
    if (text.startsWith("data:") && !text.endsWith("data: [DONE]\n\n")) {
      throw new IllegalStateException("a stream that was cut");
    }
    return text;
  }

  /** One client's conversations, one after the other. */
  private final class Talk {
    private final int client;
    private String id = "";
    private int said;

    Talk(int client) {
      this.client = client;
    }

    void say() {
      if (said % TURNS == 0) {
        id = object(check(pod.post("/api/conversations", "{}"))).getString("id");
      }
      var text = "client " + client + " says " + said++;
      check(
          pod.post(
              "/api/conversations/" + id + "/messages",
              "{\"model\":\"demo\",\"content\":\"" + text + "\"}"));
      turns.add(new Turn(id, text));
    }
  }

  private static JsonObject object(String text) {
    return Json.createReader(new StringReader(text)).readObject();
  }

  /** A container is killed now. */
  void outage(String container) {
    out = container + " out";
  }

  /** All serve again. */
  void over() {
    last = out;
    overNanos = System.nanoTime();
    out = UP;
  }

  /** Lets requests under way come to their end. */
  void stop() throws InterruptedException {
    stopping = true;
    clients.shutdown();
    if (!clients.awaitTermination(1, TimeUnit.MINUTES)) {
      throw new IllegalStateException("requests are still under way");
    }
  }

  long answered() {
    return answered.sum();
  }

  int failed() {
    return failures.size();
  }

  int turns() {
    return turns.size();
  }

  /** How many requests failed in which outage, and how. */
  List<String> failures() {
    var counts = new TreeMap<String, Integer>();
    for (var failure : failures) {
      var why = failure.why().replaceAll("\\d{4,}|[0-9a-f]{8,}", "…");
      var line = failure.during() + ": " + why.substring(0, Math.min(why.length(), 120));
      counts.merge(line, 1, Integer::sum);
    }
    return counts.entrySet().stream().map(one -> one.getValue() + " × " + one.getKey()).toList();
  }

  /** Failures of requests that were sent and answered while everything was up. */
  List<Failure> unexpected() {
    return failures.stream().filter(one -> one.during().equals(UP)).toList();
  }

  /** Turns that were acknowledged and are not there, or not with a whole answer. */
  List<Turn> lost() {
    var all = new HashMap<String, Set<String>>();
    var lost = new ArrayList<Turn>();
    for (var turn : turns) {
      var there = all.computeIfAbsent(turn.conversation(), this::whole);
      if (!there.contains(turn.said())) {
        lost.add(turn);
      }
    }
    return lost;
  }

  /** What was said in a conversation and has a whole answer. */
  private Set<String> whole(String conversation) {
    var messages =
        object(check(pod.get("/api/conversations/" + conversation))).getJsonArray("messages");
    Map<String, String> said = new HashMap<>();
    var whole = new HashSet<String>();
    for (var message : messages.getValuesAs(JsonObject.class)) {
      if (message.getString("role").equals("user")) {
        said.put(message.getString("id"), message.getString("content"));
      } else if (message.getString("state").equals("complete")) {
        whole.add(said.getOrDefault(message.getString("parent"), ""));
      }
    }
    return whole;
  }

  @Override
  public void close() {
    stopping = true;
    clients.shutdownNow();
  }
}

package it;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A way to run Valkey servers. However they run, they listen on this machine's 127.0.0.1. */
public sealed interface ValkeyHost permits Processes, Containers {
  /** As processes of this machine. */
  static ValkeyHost processes() {
    return new Processes();
  }

  /**
   * As containers of the image that operators run. Where there is no engine for them, the test is
   * counted as not run.
   */
  static ValkeyHost containers() {
    Requires.containersOnThisNetwork();
    return new Containers();
  }

  /** Makes sure that its servers can speak TLS. Where they cannot, the test counts as not run. */
  void needTls();

  /**
   * Starts a server in an empty folder of its own, in which it may write.
   *
   * @param name no other one that runs has
   * @param files to be copied into that folder, by the names they get there
   */
  Running run(String name, List<String> arguments, Map<String, Path> files);

  /** A server that was started, and may have ended since. */
  interface Running extends AutoCloseable {
    boolean isAlive();

    /** Ends it at once, as a crash does. */
    void kill();

    /** Stops it from answering while its sockets stay open, as a hung machine does. */
    void freeze();

    /** Lets it go on. */
    void thaw();

    /** What it has said so far. */
    String log();

    /** Ends it, and leaves nothing of it behind. */
    @Override
    void close();
  }
}

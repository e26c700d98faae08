package io.larder.job;

import io.larder.valkey.ValkeyUnavailable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Long work: started here, seen and cancelled on any node. A job whose node is lost is not taken
 * over; it says that it died.
 */
public final class Jobs implements AutoCloseable {
  /** Jobs on one node at once. */
  static final int RUNNING_MAX = 8;

  private static final Logger LOG = System.getLogger(Jobs.class.getName());

  private final JobBoard board;
  private final InstantSource clock;
  private final Map<String, Running> running = new ConcurrentHashMap<>();
  private final Semaphore free = new Semaphore(RUNNING_MAX);
  private final ExecutorService workers =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("larder-job-", 0).factory());
  private final ScheduledExecutorService reporter =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("larder-jobs").factory());

  private record Running(String id, String kind, Instant startedAt, Progress progress) {}

  Jobs(JobBoard board, InstantSource clock) {
    this.board = board;
    this.clock = clock;
    var unused = reporter.scheduleWithFixedDelay(this::report, 1, 1, TimeUnit.SECONDS);
  }

  /**
   * Starts a job.
   *
   * @param kind what it does, such as {@code warm}
   * @param total how many items there are, 0 = not known
   * @throws JobsBusy if as many run as may
   * @throws ValkeyUnavailable if it cannot be written up; it is not started then
   */
  public Job start(String kind, long total, Work work) {
    if (!free.tryAcquire()) {
      throw new JobsBusy(RUNNING_MAX);
    }
    try {
      return begin(kind, total, work);
    } catch (RuntimeException notBegun) {
      free.release();
      throw notBegun;
    }
  }

  private Job begin(String kind, long total, Work work) {
    var id = UUID.randomUUID().toString();
    var job = new Running(id, kind, clock.instant(), new Progress(total));
    var begun = snapshot(job, Job.State.RUNNING);
    board.write(begun);
    running.put(id, job);
    workers.execute(() -> run(job, work));
    return begun;
  }

  private void run(Running job, Work work) {
    // unless it ends in an orderly way, by an error of the machine say
    var state = Job.State.FAILED;
    try {
      work.run(job.progress());
      state = job.progress().isCancelled() ? Job.State.CANCELLED : Job.State.DONE;
    } catch (Exception failure) {
      LOG.log(Level.ERROR, "job " + job.id() + " (" + job.kind() + ") failed", failure);
      job.progress().note("stopped: " + failure.getMessage());
    } finally {
      over(job, state);
      free.release();
    }
  }

  private void over(Running job, Job.State state) {
    synchronized (job.progress()) {
      try {
        board.write(snapshot(job, state));
      } catch (RuntimeException down) {
        LOG.log(Level.WARNING, "job {0} is {1}, which nobody can see now", job.id(), state);
      }
      running.remove(job.id());
    }
    LOG.log(
        Level.INFO,
        "job={0} kind={1} state={2} done={3} failed={4}",
        job.id(),
        job.kind(),
        state,
        job.progress().doneSoFar(),
        job.progress().failedSoFar());
  }

  /**
   * The job of that id, on whatever node.
   *
   * @throws ValkeyUnavailable if it is another node's and the store gives no answer
   */
  public Optional<Job> find(String id) {
    var here = running.get(id);
    return here != null ? Optional.of(snapshot(here, Job.State.RUNNING)) : board.read(id);
  }

  /**
   * Cancels a job, which then stops within a second or two.
   *
   * @return how it stands now, unless there is none
   * @throws ValkeyUnavailable if it is another node's and the store gives no answer
   */
  public Optional<Job> cancel(String id) {
    var here = running.get(id);
    if (here != null) {
      here.progress().cancel();
      return find(id);
    }
    var job = board.read(id);
    if (job.isPresent() && !job.get().isOver()) {
      board.askToStop(id);
    }
    return job;
  }

  private void report() {
    for (var job : running.values()) {
      try {
        if (board.isAskedToStop(job.id())) {
          job.progress().cancel();
        }
        // not after the last word of the job itself
        synchronized (job.progress()) {
          if (running.containsKey(job.id())) {
            board.write(snapshot(job, Job.State.RUNNING));
          }
        }
      } catch (RuntimeException down) {
        // whatever it is: a task that ends is never run again
        LOG.log(Level.DEBUG, "job {0} cannot be written up now", job.id());
      }
    }
  }

  private Job snapshot(Running job, Job.State state) {
    var progress = job.progress();
    return new Job(
        job.id(),
        job.kind(),
        state,
        progress.total(),
        progress.doneSoFar(),
        progress.failedSoFar(),
        progress.problems(),
        job.startedAt(),
        clock.instant());
  }

  /** Cancels what runs, and leaves it a moment to stop. */
  @Override
  public void close() {
    running.values().forEach(job -> job.progress().cancel());
    workers.shutdown();
    try {
      if (!workers.awaitTermination(2, TimeUnit.SECONDS)) {
        workers.shutdownNow();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    reporter.shutdownNow();
  }
}

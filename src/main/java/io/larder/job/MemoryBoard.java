package io.larder.job;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Jobs of a node that shares nothing; the last thousand. */
final class MemoryBoard implements JobBoard {
  private static final int JOBS_MAX = 1_000;

  private final Map<String, Job> jobs =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Job> eldest) {
          return size() > JOBS_MAX;
        }
      };

  @Override
  public synchronized void write(Job job) {
    jobs.put(job.id(), job);
  }

  @Override
  public synchronized Optional<Job> read(String id) {
    return Optional.ofNullable(jobs.get(id));
  }

  /** The node itself knows. */
  @Override
  public void askToStop(String id) {}

  @Override
  public boolean isAskedToStop(String id) {
    return false;
  }
}

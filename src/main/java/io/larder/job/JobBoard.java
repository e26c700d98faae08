package io.larder.job;

import java.util.Optional;

/** Where jobs are written up for all nodes to see. */
interface JobBoard {
  /** Writes a job up, and that its node is alive. */
  void write(Job job);

  /** The job of that id. */
  Optional<Job> read(String id);

  /** Asks whoever does a job to stop. */
  void askToStop(String id);

  /** Whether somebody asked. */
  boolean isAskedToStop(String id);
}

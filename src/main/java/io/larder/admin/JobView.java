package io.larder.admin;

import io.larder.job.Job;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.Locale;

/**
 * A job as callers see it.
 *
 * @param state running, done, failed, cancelled or died
 * @param total how many items there are, 0 = not known
 */
public record JobView(
    String id,
    String kind,
    String state,
    long total,
    long done,
    long failed,
    List<String> problems,
    String startedAt,
    String updatedAt) {
  public JobView {
    problems = List.copyOf(problems);
  }

  static JobView of(Job job) {
    return new JobView(
        job.id(),
        job.kind(),
        job.state().name().toLowerCase(Locale.ROOT),
        job.total(),
        job.done(),
        job.failed(),
        job.problems(),
        job.startedAt().toString(),
        job.updatedAt().toString());
  }

  /** 202, and where to watch the job. */
  static Response accepted(Job job) {
    return Response.accepted(of(job)).location(URI.create("/api/jobs/" + job.id())).build();
  }
}

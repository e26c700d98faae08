package io.larder.admin;

import io.larder.api.OpenApiPaths;
import io.larder.api.Refusal;
import io.larder.job.Job;
import io.larder.job.Jobs;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Long work, on whatever node it runs. */
@Path("jobs/{id}")
@RequestScoped
@RolesAllowed("admin")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = OpenApiPaths.MANAGEMENT)
public class JobsResource {
  private static final Jsonb JSON = JsonbBuilder.create();

  /** A watcher that outlives the longest sensible job asks again. */
  private static final long WATCH_NANOS_MAX = TimeUnit.HOURS.toNanos(1);

  @Inject Jobs jobs;

  /** Tells how a job stands. */
  @GET
  @Operation(summary = "Tell how far a job has come")
  public JobView one(@PathParam("id") String id) {
    return JobView.of(find(id));
  }

  /** Cancels a job. */
  @DELETE
  @Operation(summary = "Cancel a job; it stops within seconds, what was done stays")
  public Response cancel(@PathParam("id") String id) {
    return JobView.accepted(jobs.cancel(id).orElseThrow(() -> Refusal.notFound("job of this id")));
  }

  /** Shows a job's progress each second until it is over. */
  @GET
  @Path("events")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @Operation(summary = "Show a job's progress as events, each second until it is over")
  @APIResponse(
      responseCode = "200",
      description = "Events named job; data is what GET /api/jobs/{id} answers",
      content =
          @Content(
              mediaType = MediaType.SERVER_SENT_EVENTS,
              schema = @Schema(type = SchemaType.STRING)))
  public StreamingOutput events(@PathParam("id") String id) {
    var first = find(id);
    return out -> watch(first, out);
  }

  private void watch(Job first, OutputStream out) throws IOException {
    long end = System.nanoTime() + WATCH_NANOS_MAX;
    var job = first;
    send(job, out);
    try {
      while (!job.isOver() && System.nanoTime() < end) {
        TimeUnit.SECONDS.sleep(1);
        job = find(first.id());
        send(job, out);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private static void send(Job job, OutputStream out) throws IOException {
    var event = "event: job\ndata: " + JSON.toJson(JobView.of(job)) + "\n\n";
    out.write(event.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private Job find(String id) {
    return jobs.find(id).orElseThrow(() -> Refusal.notFound("job of this id"));
  }
}

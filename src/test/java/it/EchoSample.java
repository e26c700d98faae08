package it;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Application;
import jakarta.ws.rs.core.MediaType;

/** An application that answers with what it is sent: what the server itself costs. */
@ApplicationPath("/")
public class EchoSample extends Application {
  /** For the server. */
  public EchoSample() {}

  /** Its one resource. */
  @Path("echo")
  public static class Resource {
    /** For the server. */
    public Resource() {}

    /** Answers with the request. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public byte[] echo(byte[] body) {
      return body;
    }
  }
}

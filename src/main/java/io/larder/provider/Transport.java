package io.larder.provider;

import io.larder.model.Header;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * Carries requests to one provider and its answers back, over some version of HTTP. Has no patience
 * of its own but for making a connection: whoever waits too long cuts the call.
 */
interface Transport extends Closeable {
  /** Prepares a call; nothing is sent yet. */
  Call call(Request request);

  /**
   * What to send.
   *
   * @param headers without those of the connection
   * @param body with it the request is a POST, without it a GET
   */
  record Request(URI url, List<Header> headers, Optional<byte[]> body) {
    public Request {
      headers = List.copyOf(headers);
    }
  }

  /** One request on its way. */
  interface Call {
    /**
     * Sends the request and waits for status and header fields of the answer.
     *
     * @throws Unreachable if no connection could be made
     * @throws Full if all that may be open to it is in use
     * @throws IOException if the answer breaks off before them, or is none
     */
    Received execute() throws IOException;

    /**
     * Ends the call in whatever state it is, from any thread and without waiting: {@link #execute}
     * or the reading of the body fails.
     */
    void cut();
  }

  /**
   * An answer whose body is still to come.
   *
   * @param headers as they came
   * @param body read to its end it gives the connection back; closed before, it costs it
   * @param length of the body in bytes as told, or negative
   */
  record Received(int status, List<Header> headers, InputStream body, long length)
      implements Closeable {
    public Received {
      headers = List.copyOf(headers);
    }

    @Override
    public void close() throws IOException {
      body.close();
    }
  }

  /** No connection could be made. */
  final class Unreachable extends IOException {
    private static final long serialVersionUID = 1L;

    Unreachable(IOException cause) {
      super(cause);
    }
  }

  /** Nothing was sent: all that may be open to the server is in use. */
  final class Full extends IOException {
    private static final long serialVersionUID = 1L;

    Full(IOException cause) {
      super(cause);
    }
  }
}

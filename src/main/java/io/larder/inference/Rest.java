package io.larder.inference;

import io.larder.provider.Reply;
import java.io.IOException;
import java.io.OutputStream;

/** A body too large to be kept: what was read of it, and the rest as it comes. */
final class Rest implements Answer.Flowing {
  private final byte[] begin;
  private final Reply reply;

  Rest(byte[] begin, Reply reply) {
    this.begin = begin;
    this.reply = reply;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    try (reply) {
      out.write(begin);
      reply.body().transferTo(out);
    }
  }

  @Override
  public void abandon() {
    try {
      reply.close();
    } catch (IOException alreadyBroken) {
      // nobody is left who could be told
      return;
    }
  }
}

package it;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A command and its reply as they are on the wire (RESP2), for fixtures that must not depend on the
 * client under test. A character of a reply is a byte.
 */
public final class RawCommand {
  private static final int REPLY_BYTES_MAX = 1024 * 1024;

  private RawCommand() {}

  /** Sends one command and reads its reply to the end; empty if the server hangs up instead. */
  static String send(Socket socket, List<byte[]> words) throws IOException {
    var out = socket.getOutputStream();
    var request = new StringBuilder("*" + words.size() + "\r\n");
    for (var word : words) {
      request.append('$').append(word.length).append("\r\n").append(latin1(word)).append("\r\n");
    }
    out.write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
    var reply = new StringBuilder();
    try {
      readReply(new BufferedInputStream(socket.getInputStream()), reply);
    } catch (EOFException hungUp) {
      // what came before is told as it is: nothing, after SHUTDOWN
    }
    return reply.toString();
  }

  /** The words as they are sent. */
  static List<byte[]> words(String... words) {
    return List.of(words).stream().map(word -> word.getBytes(StandardCharsets.UTF_8)).toList();
  }

  /** The strings with a length in a reply, in order, however deep they are. */
  public static List<String> strings(String reply) {
    var strings = new ArrayList<String>();
    int at = 0;
    while (at < reply.length()) {
      int end = reply.indexOf("\r\n", at);
      if (end < 0) {
        break;
      }
      int length = reply.charAt(at) == '$' ? Integer.parseInt(reply, at + 1, end, 10) : -1;
      at = end + 2;
      if (length >= 0) {
        strings.add(reply.substring(at, at + length));
        at += length + 2;
      }
    }
    return strings;
  }

  private static void readReply(InputStream in, StringBuilder reply) throws IOException {
    int start = reply.length();
    readLine(in, reply);
    char kind = reply.charAt(start);
    if (kind != '$' && kind != '*') {
      return;
    }
    int count = Integer.parseInt(reply, start + 1, reply.length() - 2, 10);
    if (kind == '$' && count >= 0) {
      if (count > REPLY_BYTES_MAX) {
        throw new IOException("a reply of " + count + " bytes");
      }
      var text = in.readNBytes(count + 2);
      reply.append(latin1(text));
    } else {
      for (int i = 0; i < count; i++) {
        readReply(in, reply);
      }
    }
  }

  private static void readLine(InputStream in, StringBuilder reply) throws IOException {
    int previous = 0;
    while (true) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException();
      }
      if (reply.length() >= REPLY_BYTES_MAX) {
        throw new IOException("a reply above " + REPLY_BYTES_MAX + " bytes");
      }
      reply.append((char) next);
      if (previous == '\r' && next == '\n') {
        return;
      }
      previous = next;
    }
  }

  private static String latin1(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}

package io.larder.wire;

import java.util.ArrayList;
import java.util.List;

/** Cuts a text into the pieces of a stream: few, none of them tiny. */
final class Pieces {
  private static final int COUNT_MAX = 16;
  private static final int LENGTH_MIN = 64;

  private Pieces() {}

  /** The text in order, cut behind a space where one is near; none for an empty text. */
  static List<String> of(String text) {
    int length = Math.max(LENGTH_MIN, Math.ceilDiv(text.length(), COUNT_MAX));
    var pieces = new ArrayList<String>();
    int start = 0;
    while (start < text.length()) {
      int end = text.length() - start <= length ? text.length() : cut(text, start + length);
      pieces.add(text.substring(start, end));
      start = end;
    }
    return pieces;
  }

  private static int cut(String text, int near) {
    int space = text.lastIndexOf(' ', near);
    int cut = space > near - LENGTH_MIN / 2 ? space + 1 : near;
    // a character beyond the first 65,536 is two chars, which no piece may part
    return Character.isHighSurrogate(text.charAt(cut - 1)) ? cut + 1 : cut;
  }
}

package io.larder.conversation;

import java.util.List;

/** What people call a conversation, checked. */
final class Labels {
  /** Longest title, in characters. */
  static final int TITLE_LENGTH_MAX = 200;

  /** Tags of one conversation. */
  static final int TAGS_MAX = 16;

  /** Longest tag, in characters. */
  static final int TAG_LENGTH_MAX = 64;

  private Labels() {}

  static String title(String title) {
    if (title.length() > TITLE_LENGTH_MAX) {
      throw ConversationRefused.wrong(
          "title must be at most " + TITLE_LENGTH_MAX + " characters, was " + title.length());
    }
    return title;
  }

  static List<String> tags(List<String> tags) {
    if (tags.size() > TAGS_MAX) {
      throw ConversationRefused.wrong("tags must be at most " + TAGS_MAX + ", was " + tags.size());
    }
    for (var tag : tags) {
      if (tag.isBlank() || tag.length() > TAG_LENGTH_MAX) {
        throw ConversationRefused.wrong(
            "a tag must be 1 to " + TAG_LENGTH_MAX + " characters, was " + tag.length());
      }
    }
    return tags;
  }
}

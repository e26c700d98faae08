package io.larder.conversation;

import io.larder.json.Json;
import io.larder.json.JsonWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Conversations as JSON: as they are shown, and whole, to be imported again. */
public final class Export {
  /** The newest version of the format; 1 has no parts. Exports of a newer one are refused. */
  static final int FORMAT = 2;

  private Export() {}

  /** What a list shows of a conversation. */
  public static String head(Head head) {
    return JsonWriter.compact(new Json.Obj(headMembers(head)));
  }

  /**
   * A conversation with some of its turns.
   *
   * @param turns one branch
   */
  public static String branch(Conversation conversation, List<Turn> turns) {
    var children = conversation.children();
    var shown =
        turns.stream()
            .map(
                turn ->
                    (Json)
                        turn(turn)
                            .with(
                                "siblings",
                                siblings(children.getOrDefault(turn.parent(), List.of()))))
            .toList();
    var members = headMembers(conversation.head());
    members.add(new Json.Member("messages", new Json.Arr(shown)));
    return JsonWriter.compact(new Json.Obj(members));
  }

  private static Json siblings(List<Turn> turns) {
    return new Json.Arr(turns.stream().map(turn -> (Json) new Json.Str(turn.id())).toList());
  }

  /** One turn. */
  public static String message(Turn turn) {
    return JsonWriter.compact(turn(turn));
  }

  /** A conversation with all its turns, to be imported again. */
  public static String whole(Conversation conversation) {
    var members = new ArrayList<Json.Member>();
    int format =
        conversation.turns().stream().mapToInt(turn -> turn.said().format()).max().orElse(1);
    members.add(TurnJson.number("format", format));
    members.addAll(headMembers(conversation.head()));
    members.add(
        new Json.Member(
            "messages",
            new Json.Arr(
                conversation.turns().stream()
                    .map(turn -> (Json) turn(turn).without(Set.of("stream")))
                    .toList())));
    return JsonWriter.compact(new Json.Obj(members));
  }

  private static List<Json.Member> headMembers(Head head) {
    var members = new ArrayList<Json.Member>();
    TurnJson.text(members, "id", head.id());
    members.add(new Json.Member("title", new Json.Str(head.title())));
    members.add(
        new Json.Member(
            "tags",
            new Json.Arr(head.tags().stream().map(tag -> (Json) new Json.Str(tag)).toList())));
    TurnJson.text(members, "created", head.created().toString());
    TurnJson.text(members, "updated", head.updated().toString());
    members.add(TurnJson.number("turns", head.turns()));
    TurnJson.text(members, "leaf", head.leaf());
    return members;
  }

  private static Json.Obj turn(Turn turn) {
    var members = new ArrayList<Json.Member>();
    TurnJson.text(members, "id", turn.id());
    members.add(new Json.Member("parent", parent(turn)));
    TurnJson.text(members, "created", turn.created().toString());
    members.addAll(TurnJson.of(turn.said()).members());
    return new Json.Obj(members);
  }

  private static Json parent(Turn turn) {
    return turn.parent().isEmpty() ? Json.Literal.NULL : new Json.Str(turn.parent());
  }
}

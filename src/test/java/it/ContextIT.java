package it;

import static it.Shared.LARDER;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import it.PageBrowser.Look;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The modules under the page, one by one, in the browser itself. */
final class ContextIT {
  private static BrowserContext context;
  private static Page page;

  @BeforeAll
  static void open() {
    context = PageBrowser.context(Look.DESKTOP_LIGHT);
    page = context.newPage();
    page.navigate(LARDER.uri("/").toString());
  }

  @AfterAll
  static void close() {
    if (context != null) {
      context.close();
    }
  }

  /** Runs a script that gets what modules export. */
  private static Object run(String module, String body) {
    return page.evaluate(
        "async () => { const its = await import('/" + module + "'); " + body + " }");
  }

  @Test
  void parser_textCutAnywhere_makesTheSameEvents() {
    var found =
        run(
            "context/sse.js",
            """
            const text = "\\uFEFF: hello\\nretry: 5\\n\\nevent: a\\ndata: 1\\ndata:2\\nid: 7\\n\\n"
              + "data: x\\r\\n\\r\\ndata: y\\r\\rdata\\n\\nevent: alone\\n\\ndata: {\\"a\\":\\"\\\\n\\"}\\n\\ndata: broken off";
            const all = JSON.stringify([...new its.EventParser().take(text)]);
            const wrong = [];
            for (let i = 0; i <= text.length; i++) {
              for (let j = i; j <= text.length; j += 7) {
                const parser = new its.EventParser();
                const parts = [text.slice(0, i), text.slice(i, j), text.slice(j)];
                const some = JSON.stringify(parts.flatMap((part) => [...parser.take(part)]));
                if (some !== all) wrong.push([i, j, some]);
              }
            }
            return [wrong, JSON.parse(all).map((one) => [one.event, one.data, one.id].join("|"))];
            """);
    assertThat(found)
        .isEqualTo(
            List.of(
                List.of(),
                List.of(
                    "a|1\n2|7",
                    "message|x|7",
                    "message|y|7",
                    "message||7",
                    "message|{\"a\":\"\\n\"}|7")));
  }

  @Test
  void parser_endlessEvent_isRefused() {
    assertThat(
            run(
                "context/sse.js",
                """
                const parser = new its.EventParser();
                try {
                  for (let i = 0; i < 40; i++) [...parser.take("x".repeat(1024 * 1024))];
                  return "taken";
                } catch (error) { return error.name; }
                """))
        .isEqualTo("RangeError");
  }

  @Test
  void step_ofBothWires_tellsTextReasoningErrorsAndTheEnd() {
    var found =
        run(
            "context/wire.js",
            """
            const events = [
              '{"choices":[{"index":0,"delta":{"content":"a"}}]}',
              '{"choices":[{"index":1,"delta":{"content":"other choice"}}]}',
              '{"choices":[]}',
              '{"choices":[{"delta":{"reasoning_content":"r"}}]}',
              '[DONE]',
              '{"error":{"message":"m"}}',
              '{"type":"content_block_delta","delta":{"type":"text_delta","text":"b"}}',
              '{"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"t"}}',
              '{"type":"ping"}', '{"type":"message_stop"}',
              '{"type":"error","error":{"message":"o"}}',
              'no JSON'];
            return events.map((data) => {
              const { text, reasoning, error, done } = its.step({ event: "message", data });
              return [text || "", reasoning || "", error ?? "", done ? "done" : ""].join("|");
            });
            """);
    assertThat(found)
        .isEqualTo(
            List.of(
                "a|||", "|||", "|||", "|r||", "|||done", "||m|", "b|||", "|t||", "|||", "|||done",
                "||o|", "|||"));
  }

  @Test
  void api_errorsOfAllShapes_areTold() {
    var found =
        run(
            "context/api.js",
            """
            const real = globalThis.fetch;
            const given = [
              new Response('{"error":{"message":"wire"}}', { status: 429, headers: { "Retry-After": "7" } }),
              new Response('{"title":"T","detail":"problem"}', { status: 412 }),
              new Response("plain", { status: 500 }),
              new Response("", { status: 401 })];
            const told = [];
            const api = new its.Api("elsewhere/");
            let signedOut = 0;
            api.onSignedOut = () => signedOut++;
            api.token = "t";
            const asked = [];
            try {
              for (const response of given) {
                globalThis.fetch = async (address, options) => {
                  asked.push(address + " " + options.headers["X-CSRF-Token"]);
                  return response;
                };
                await api.post("x", {}).catch((e) => told.push(`${e.status} ${e.message} ${e.retryAfterSeconds}`));
              }
              globalThis.fetch = async () => { throw new TypeError("cut"); };
              await api.get("x").catch((e) => told.push(`${e.status}`));
            } finally { globalThis.fetch = real; }
            return [told, signedOut, [...new Set(asked)]];
            """);
    assertThat(found)
        .isEqualTo(
            List.of(
                List.of("429 wire 7", "412 problem null", "500 plain null", "401  null", "0"),
                1,
                List.of("elsewhere/x t")));
  }

  @Test
  void diff_marksWhatIsInOneAlone() {
    assertThat(
            run(
                "chat/diff.js",
                """
                const same = its.diff("equal text", "equal text");
                const other = its.diff("a red jam", "a green jam");
                const flat = (pieces) => pieces.map(([word, common]) => (common ? word : `[${word}]`)).join("");
                return [flat(same.before), flat(other.before), flat(other.after), flat(its.diff("", "x").after)];
                """))
        .isEqualTo(List.of("equal text", "a [red] jam", "a [green] jam", "[x]"));
  }

  @Test
  void cacheStatus_ofHeaders_tellsWhatWasSaved() {
    assertThat(
            run(
                "context/cache-status.js",
                """
                const status = its.cacheStatus(new Headers({ "X-Cache": "HIT", Age: "5", "Larder-Key": "k",
                  "Server-Timing": 'provider;dur=1830;desc="saved"', "Content-Type": "text/plain" }));
                return { result: status.result, age: status.ageSeconds, saved: its.savedMillis({ ...status, millis: 30 }),
                  headers: status.headers.map(([name]) => name).join() };
                """))
        .isEqualTo(
            Map.of(
                "result",
                "HIT",
                "age",
                5,
                "saved",
                1800,
                "headers",
                "age,larder-key,server-timing,x-cache"));
  }

  @Test
  void markdown_inPieces_isTheSameAsWhole() {
    var found =
        run(
            "chat/larder-markdown.js",
            """
            const text = "# A\\n\\npara *one*\\ntwo\\n\\n- a\\n- b\\n\\n  c\\n\\n1. x\\n\\n> q\\n> r\\n\\n```js\\nlet a;\\n\\nb\\n```\\n\\n"
              + "| a | b |\\n|---|---|\\n| 1 | 2 |\\n\\nTitle\\n=====\\n\\n<b>raw</b>\\n\\n---\\n\\nend &amp; [l](https://x.y/)";
            const make = async (texts) => {
              const it = document.createElement("larder-markdown");
              for (const one of texts) { it.text = one; await null; await null; }
              it.done = true;
              await null; await null;
              it.querySelectorAll("larder-copy").forEach((copy) => copy.remove());
              return it.innerHTML.replaceAll(/<!--.*?-->/g, "");
            };
            const whole = await make([text]);
            const growing = await make([...text].map((_, at) => text.slice(0, at + 1)));
            return [growing === whole ? "same" : growing + "\\n\\n" + whole, whole.includes("<b>raw")];
            """);
    assertThat(found).isEqualTo(List.of("same", false));
  }
}

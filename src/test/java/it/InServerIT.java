package it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.larder.inference.Answer;
import io.larder.inference.CacheDirectives;
import io.larder.inference.CacheStatus;
import io.larder.inference.Inference;
import io.larder.inference.Models;
import io.larder.model.Caller;
import io.larder.setting.Settings;
import io.larder.wire.OpenAiChat;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Larder's rooms as the server has wired them, from inside. */
@ExtendWith({InServerFiles.class, ArquillianExtension.class})
final class InServerIT {
  private static final Caller CALLER = new Caller("in-server", "default", Set.of("user"));

  @Inject Inference inference;
  @Inject Models models;
  @Inject Settings settings;

  @Deployment
  static WebArchive larder() {
    return ShrinkWrap.createFromZipFile(
            WebArchive.class, new File(System.getProperty("larder.war")))
        .addClasses(InServerIT.class, InServerFiles.class);
  }

  @Test
  void chat_askedTwice_isAnsweredFromTheCache() throws Exception {
    var first = assertInstanceOf(Inference.Step.ToAsk.class, begin()).asking().ask();
    var second = assertInstanceOf(Inference.Step.Answered.class, begin()).answer();

    assertInstanceOf(CacheStatus.Miss.class, first.cache());
    assertInstanceOf(CacheStatus.Hit.class, second.cache());
    assertEquals(first.cache().key(), second.cache().key());
    assertArrayEquals(bytes(first), bytes(second));
  }

  @Test
  void models_ofTheDemonstration_areThere() throws Exception {
    assertEquals(Set.of("demo"), models.all().keySet());
  }

  @Test
  void settings_comeFromServerXmlAndDefaults() {
    assertEquals("9189", settings.text("larder.http.port").orElseThrow());
    assertEquals("user", settings.text("larder.cache.scope").orElseThrow());
  }

  private static byte[] bytes(Answer answer) throws IOException {
    var bytes = new ByteArrayOutputStream();
    assertInstanceOf(Answer.Whole.class, answer.body()).bytes().writeTo(bytes);
    return bytes.toByteArray();
  }

  private Inference.Step begin() {
    var body = "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"inside\"}]}";
    return inference.begin(
        CALLER,
        new OpenAiChat(),
        body.getBytes(StandardCharsets.UTF_8),
        List.of(),
        CacheDirectives.parse("", ""));
  }
}

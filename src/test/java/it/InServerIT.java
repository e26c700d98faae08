package it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.larder.inference.Answer;
import io.larder.inference.CacheDirectives;
import io.larder.inference.CacheStatus;
import io.larder.inference.Chat;
import io.larder.inference.Models;
import io.larder.model.Caller;
import io.larder.setting.Settings;
import jakarta.inject.Inject;
import java.io.File;
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

  @Inject Chat chat;
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
    var first = assertInstanceOf(Chat.Step.ToAsk.class, begin()).exchange().ask();
    var second = assertInstanceOf(Chat.Step.Answered.class, begin()).answer();

    assertInstanceOf(CacheStatus.Miss.class, first.cache());
    assertInstanceOf(CacheStatus.Hit.class, second.cache());
    assertEquals(first.cache().key(), second.cache().key());
    assertArrayEquals(
        assertInstanceOf(Answer.Whole.class, first.body()).bytes(),
        assertInstanceOf(Answer.Whole.class, second.body()).bytes());
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

  private Chat.Step begin() {
    var body = "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"inside\"}]}";
    return chat.begin(
        CALLER, body.getBytes(StandardCharsets.UTF_8), List.of(), CacheDirectives.parse("", ""));
  }
}

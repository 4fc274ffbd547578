package dev.postern.llm;

import dev.postern.core.Section;
import dev.postern.core.config.ConfigContext;
import dev.postern.core.config.ConfigNode;
import dev.postern.core.config.ConfigSection;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** Makes the {@code llm} section reachable from YAML. */
public final class LlmSection implements ConfigSection {
  /** For the service loader. */
  public LlmSection() {}

  @Override
  public String key() {
    return "llm";
  }

  @Override
  public Class<? extends Section> type() {
    return Llm.class;
  }

  @Override
  public @Nullable Section read(ConfigNode node, ConfigContext context) {
    LlmForm form = context.read(node, LlmForm.class);
    boolean sound = new LlmChecks(node, context).run();
    return form == null || !sound ? null : form.section();
  }

  @Override
  public Type form() {
    return LlmForm.class;
  }

  @Override
  public Object write(Section section) {
    return LlmForm.of((Llm) section);
  }
}

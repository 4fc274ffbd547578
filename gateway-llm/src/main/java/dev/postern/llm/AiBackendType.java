package dev.postern.llm;

import dev.postern.core.config.BackendType;
import dev.postern.core.config.ConfigContext;
import dev.postern.core.config.ConfigNode;
import dev.postern.core.spi.Backend;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** Makes {@code ai} backends reachable from YAML. */
public final class AiBackendType implements BackendType {
  /** For the service loader. */
  public AiBackendType() {}

  @Override
  public String key() {
    return "ai";
  }

  @Override
  public Class<? extends Backend> type() {
    return LlmBackend.class;
  }

  @Override
  public @Nullable Backend read(ConfigNode node, ConfigContext context) {
    AiForm form = context.read(node, AiForm.class);
    return form == null ? null : form.backend();
  }

  @Override
  public Type form() {
    return AiForm.class;
  }

  @Override
  public Object write(Backend backend) {
    return AiForm.of((LlmBackend) backend);
  }
}

package dev.postern.core.config;

/** Where in a configuration a policy may be written. */
public enum PolicyPlace {
  /** At a gateway or a listener. */
  GATEWAY('G', "gateways.*"),
  /** At a route. */
  ROUTE('R', "routes[].policies"),
  /** At a backend, or at a route's use of it. */
  BACKEND('B', "backends[].policies"),
  /** At an auxiliary service: an authorization server, a collector, an MCP target. */
  SERVICE('S', "the policies of auxiliary services"),
  /** At the {@code llm} section. */
  LLM('L', "llm.policies"),
  /** At the {@code ui} section. */
  UI('U', "ui.policies");

  private final char letter;
  private final String path;

  PolicyPlace(char letter, String path) {
    this.letter = letter;
    this.path = path;
  }

  /** Returns whether policies may be conditional here. */
  boolean conditional() {
    return this != BACKEND && this != SERVICE;
  }

  char letter() {
    return letter;
  }

  /** Returns how messages call the place. */
  @Override
  public String toString() {
    return path;
  }
}

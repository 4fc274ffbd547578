package dev.postern.core.config;

import static dev.postern.core.config.PolicyPlace.BACKEND;
import static dev.postern.core.config.PolicyPlace.ROUTE;
import static dev.postern.core.config.PolicyPlace.SERVICE;

import dev.postern.core.BackendAuth;
import dev.postern.core.BackendReference;
import dev.postern.core.BackendTls;
import dev.postern.core.Buffer;
import dev.postern.core.FrontendTls;
import dev.postern.core.Health;
import dev.postern.core.HostBackend;
import dev.postern.core.Http;
import dev.postern.core.InvalidBackend;
import dev.postern.core.Retry;
import dev.postern.core.ServerTls;
import dev.postern.core.SessionAffinity;
import dev.postern.core.Tcp;
import dev.postern.core.Timeout;
import dev.postern.core.spi.Backend;
import dev.postern.core.spi.Policy;
import java.util.List;
import java.util.Set;

/** The policies, backends and forms of core itself. */
final class CoreTypes {
  static final List<PolicyType> POLICIES =
      List.of(
          policy("timeout", Timeout.class, ROUTE),
          policy("retry", Retry.class, ROUTE),
          policy("buffer", Buffer.class, ROUTE),
          policy("backendTLS", BackendTls.class, ROUTE, BACKEND, SERVICE),
          policy("backendAuth", BackendAuth.class, ROUTE, BACKEND, SERVICE),
          policy("http", Http.class, BACKEND, SERVICE),
          policy("tcp", Tcp.class, BACKEND, SERVICE),
          policy("health", Health.class, BACKEND),
          policy("sessionAffinity", SessionAffinity.class, BACKEND));

  static final List<BackendType> BACKENDS =
      List.of(
          backend("backend", BackendReference.class, false),
          backend("invalid", InvalidBackend.class, false),
          new Hosts("host"),
          new Hosts("hosts"));

  static final List<Form<?, ?>> FORMS =
      List.of(
          new Form<>(
              FrontendTls.class, FrontendTlsForm.class, FrontendTlsForm::tls, FrontendTlsForm::of),
          new Form<>(ServerTls.class, ServerTlsForm.class, ServerTlsForm::tls, ServerTlsForm::of));

  private CoreTypes() {}

  /** A server or several: one text, or a list. */
  private record Hosts(String key) implements BackendType {
    @Override
    public Class<? extends Backend> type() {
      return HostBackend.class;
    }

    @Override
    public Object write(Backend backend) {
      List<String> hosts = ((HostBackend) backend).hosts();
      return hosts.size() == 1 ? hosts.getFirst() : hosts;
    }
  }

  private static PolicyType policy(
      String key, Class<? extends Policy> type, PolicyPlace... places) {
    Set<PolicyPlace> allowed = Set.of(places);
    return new PolicyType() {
      @Override
      public String key() {
        return key;
      }

      @Override
      public Class<? extends Policy> type() {
        return type;
      }

      @Override
      public Set<PolicyPlace> places() {
        return allowed;
      }
    };
  }

  private static BackendType backend(String key, Class<? extends Backend> type, boolean named) {
    return new BackendType() {
      @Override
      public String key() {
        return key;
      }

      @Override
      public Class<? extends Backend> type() {
        return type;
      }

      @Override
      public boolean named() {
        return named;
      }
    };
  }
}

package dev.postern.core;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The package map of docs/architecture.md, as rules. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.postern.core");

  /** A package may use those of lower levels only; 10 is the top. */
  static final Map<String, Integer> LEVELS =
      Map.ofEntries(
          Map.entry("testing", 10),
          Map.entry("admin", 9),
          Map.entry("config", 8),
          Map.entry("", 7),
          Map.entry("listener", 6),
          Map.entry("routing", 5),
          Map.entry("spi", 4),
          Map.entry("upstream", 3),
          Map.entry("telemetry", 2),
          Map.entry("exchange", 1),
          Map.entry("jsonrpc", 1),
          Map.entry("http", 0),
          Map.entry("json", 0),
          Map.entry("text", 0));

  /** The classes whose very point is a type of another library. */
  private static final Set<String> DOORS = Set.of("dev.postern.core.OkHttpDoor");

  @Test
  void packagesUseOnlyLowerLevels() {
    Set<String> upward = new TreeSet<>();
    for (JavaClass from : CLASSES) {
      from.getDirectDependenciesFromSelf().stream()
          .map(dependency -> dependency.getTargetClass().getBaseComponentType())
          .filter(to -> to.getPackageName().startsWith("dev.postern.core"))
          .filter(to -> !to.getPackageName().equals(from.getPackageName()))
          .filter(to -> level(to) >= level(from) && !bothText(from, to))
          .forEach(to -> upward.add(from.getName() + " > " + to.getName()));
    }
    assertThat(upward).isEmpty();
  }

  /** {@code text} is below the other packages of level 0. */
  private static boolean bothText(JavaClass from, JavaClass to) {
    return level(from) == 0 && name(to).equals("text");
  }

  private static String name(JavaClass type) {
    String rest = type.getPackageName().substring("dev.postern.core".length());
    return rest.isEmpty() ? "" : rest.substring(1);
  }

  private static int level(JavaClass type) {
    Integer level = LEVELS.get(name(type));
    assertThat(level).as("package %s is on the map", type.getPackageName()).isNotNull();
    return level;
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.postern.core.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void coreKnowsNoSibling() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "dev.postern.llm..",
                "dev.postern.mcp..",
                "dev.postern.a2a..",
                "dev.postern.policy..",
                "dev.cel.."))
        .check(CLASSES);
  }

  @Test
  void eachLibraryHasOneHome() {
    onlyIn("dev.postern.core.listener", "io.vertx..", "io.netty..");
    onlyIn("dev.postern.core.config", "org.snakeyaml..");
    onlyIn("dev.postern.core.json", "com.fasterxml..");
    onlyIn("dev.postern.core.text", "com.google.re2j..");
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.postern.core.upstream")
        .and()
        .doNotHaveFullyQualifiedName("dev.postern.core.Gateway")
        .and(
            com.tngtech.archunit.base.DescribedPredicate.describe(
                "are no doors",
                type -> DOORS.stream().noneMatch(door -> type.getName().startsWith(door))))
        .should()
        .dependOnClassesThat(resideInAnyPackage("okhttp3..", "okio.."))
        .check(CLASSES);
  }

  private static void onlyIn(String home, String... libraries) {
    noClasses()
        .that()
        .resideOutsideOfPackage(home)
        .should()
        .dependOnClassesThat(resideInAnyPackage(libraries))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void noTypeOfALibraryIsPartOfAPublicSignature() {
    List<String> leaks = new ArrayList<>();
    for (JavaClass type : CLASSES) {
      if (!isPublic(type)) {
        continue;
      }
      Stream.<JavaCodeUnit>concat(type.getMethods().stream(), type.getConstructors().stream())
          .filter(unit -> unit.getModifiers().contains(JavaModifier.PUBLIC))
          .filter(unit -> !unit.getName().equals("asOkHttpInterceptor"))
          .forEach(unit -> {
            Stream.concat(Stream.of(unit.getRawReturnType()), unit.getRawParameterTypes().stream())
                .filter(ArchitectureTest::isForeign)
                .forEach(foreign -> leaks.add(unit.getFullName() + ": " + foreign.getName()));
          });
    }
    assertThat(leaks).isEmpty();
  }

  private static boolean isPublic(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(ArchitectureTest::isPublic).orElse(true);
  }

  private static boolean isForeign(JavaClass type) {
    String name = type.getBaseComponentType().getPackageName();
    return Stream.of(
            "io.vertx",
            "io.netty",
            "okhttp3",
            "okio",
            "com.fasterxml",
            "com.google",
            "org.snakeyaml")
        .anyMatch(name::startsWith);
  }
}

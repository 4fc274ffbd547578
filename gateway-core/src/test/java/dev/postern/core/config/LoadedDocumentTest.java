package dev.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadedDocumentTest {
  @TempDir private Path dir;

  record Shelf(@Nullable Path plan, List<Book> books) {}

  record Book(String title, int pages, Map<String, String> marks) {}

  private LoadedDocument<Shelf> read(String yaml) throws IOException {
    Path file = Files.writeString(dir.resolve("shelf.yaml"), yaml);
    return Configs.read(file, LoadOptions.DEFAULTS.baseDir(dir), Shelf.class);
  }

  @Test
  void readsAnyRecordAndKnowsWhereItsPartsStand() throws IOException {
    Files.createFile(dir.resolve("plan.txt"));

    LoadedDocument<Shelf> shelf =
        read(
            """
            plan: plan.txt
            books:
            - {title: One, pages: 1, marks: {a: b}}
            - title: Two
              pages: 2
            """);

    assertThat(shelf.value().plan()).isEqualTo(dir.resolve("plan.txt"));
    assertThat(shelf.value().books().getFirst()).isEqualTo(new Book("One", 1, Map.of("a", "b")));
    Location pages = shelf.location("books[1].pages");
    assertThat(pages).hasToString(dir.resolve("shelf.yaml") + ":5:10");
    assertThat(shelf.problem(ConfigCode.NOT_ALLOWED, "books[1].pages", "too few").excerpt())
        .isEqualTo("  pages: 2");
    assertThat(shelf.location("books[1].marks").line()).isEqualTo(4);
    assertThat(shelf.refuse(ConfigCode.NOT_ALLOWED, "books[1].pages", "too few"))
        .hasMessageStartingWith(
            dir.resolve("shelf.yaml") + ":5:10: error[CFG013] books[1].pages: too few");
  }

  @Test
  void whatIsWrongIsToldWithItsPlace() {
    assertThatThrownBy(() -> read("books: [{title: One, pages: many, mark: {}}]"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("shelf.yaml:1:29: error[CFG011] books[0].pages")
        .hasMessageContaining("did you mean \"marks\"?");
  }
}

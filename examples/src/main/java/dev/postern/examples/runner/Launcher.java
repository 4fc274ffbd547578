package dev.postern.examples.runner;

import java.io.File;

/**
 * Starts the runner, or says what is missing. Compiled for Java 8, so that an old Java gets a
 * sentence and not a stack trace.
 */
public final class Launcher {
  private static final int NEEDED = 21;

  private Launcher() {}

  /** Starts the runner with the same arguments. */
  public static void main(String[] args) throws Exception {
    if (version(System.getProperty("java.specification.version")) < NEEDED) {
      System.err.println(complaint());
      System.exit(1);
    }
    Class.forName("dev.postern.examples.runner.Runner")
        .getMethod("main", String[].class)
        .invoke(null, (Object) args);
  }

  private static String complaint() throws java.io.IOException {
    String needed =
        "Postern needs Java 21 or newer; this is Java " + System.getProperty("java.version") + ". ";
    String newer = newerJava();
    return newer == null
        ? needed + "Install a newer JDK and start it with that java."
        : needed + "Start it with " + newer;
  }

  /** Returns a newer java on this machine, or null when none is seen in the usual places. */
  private static String newerJava() throws java.io.IOException {
    String home = System.getProperty("java.home");
    String[] places = {
      home + "/..",
      home + "/../..",
      "/usr/lib/jvm",
      "/opt/java",
      "/Library/Java/JavaVirtualMachines",
      System.getProperty("user.home") + "/.sdkman/candidates/java",
      "C:\\Program Files\\Java"
    };
    for (String place : places) {
      File[] entries = new File(place).listFiles();
      for (File entry : entries == null ? new File[0] : entries) {
        for (String inner : new String[] {"", "/Contents/Home"}) {
          File java = new File(entry.getPath() + inner + "/bin/java");
          if (java.canExecute() && version(new File(entry.getPath() + inner)) >= NEEDED) {
            return java.getCanonicalPath();
          }
        }
      }
    }
    return null;
  }

  /** Reads the version of a JDK from its file {@code release}. */
  private static int version(File home) {
    try (java.util.Scanner release = new java.util.Scanner(new File(home, "release"), "UTF-8")) {
      while (release.hasNextLine()) {
        String line = release.nextLine();
        if (line.startsWith("JAVA_VERSION=\"")) {
          return version(line.substring(14));
        }
      }
    } catch (java.io.IOException e) {
      // Not a JDK.
    }
    return 0;
  }

  private static int version(String text) {
    String digits = text.startsWith("1.") ? text.substring(2) : text;
    int end = 0;
    while (end < digits.length() && Character.isDigit(digits.charAt(end))) {
      end++;
    }
    return end == 0 ? 0 : Integer.parseInt(digits.substring(0, end));
  }
}

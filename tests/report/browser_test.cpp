// Pages in a real browser: no message on its console, every figure with a size, nothing wider than the window, and
// texts with enough contrast, at the width of a phone and of a desk, light and dark. Skipped where there is no browser.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "report/pages.hpp"

namespace linden::reporting {
namespace {

std::string browser() {
  if (const char* const asked = std::getenv("LINDEN_BROWSER")) return asked;
  for (const char* name :
       {"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"})
    if (std::system(("command -v " + std::string(name) + " > /dev/null 2>&1").c_str()) == 0) return name;
  return "";
}

// Looks at the page when it is there, and writes what is wrong behind it.
constexpr std::string_view looks = R"html(<script>
addEventListener("load", () => {
  const wrong = [];
  const numbers = text => text.match(/[\d.]+/g).map(Number);
  const light = c => { const f = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    return 0.2126 * f(c[0]) + 0.7152 * f(c[1]) + 0.0722 * f(c[2]); };
  const behind = e => { for (; e; e = e.parentElement) { const c = numbers(getComputedStyle(e).backgroundColor);
    if (c.length == 3 || c[3] > 0) return c; } return [255, 255, 255]; };
  for (const details of document.querySelectorAll("details")) details.open = true;
  for (const svg of document.querySelectorAll("svg")) {
    const box = svg.getBoundingClientRect(), title = svg.querySelector("title").textContent;
    if (box.width < 60 || box.height < 20) wrong.push("no size: " + title);
    for (const text of svg.querySelectorAll("text")) {
      const at = text.getBoundingClientRect();
      if (at.left < box.left - 2 || at.right > box.right + 2 || at.bottom > box.bottom + 2) wrong.push("text outside of " + title + ": " + text.textContent);
    }
  }
  if (document.documentElement.scrollWidth > innerWidth + 1) wrong.push("wider than the window: " + document.documentElement.scrollWidth);
  for (const e of document.querySelectorAll("p,h1,h2,h3,li a,td,th,dt,dd,figcaption,summary,caption,code,svg text:not(.in)")) {
    const style = getComputedStyle(e), ink = numbers(e.namespaceURI.endsWith("svg") ? style.fill : style.color), a = light(ink), b = light(behind(e));
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) wrong.push("contrast " + contrast.toFixed(2) + ": " + e.textContent.slice(0, 40));
  }
  for (const id of [...document.querySelectorAll("nav a")].map(a => a.getAttribute("href").slice(1)))
    if (!document.getElementById(id)) wrong.push("no place " + id);
  const result = document.createElement("pre");
  result.id = "result";
  result.textContent = "FIGURES " + document.querySelectorAll("svg").length + " WRONG " + wrong.length + " " + wrong.slice(0, 5).join("; ") +
    " DARK " + matchMedia("(prefers-color-scheme: dark)").matches + " END";
  document.body.replaceChildren(result);
});
</script></body>)html";

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Browser, ShowsEveryKindOfPage) {
  const std::string program = browser();
  if (program.empty())
    GTEST_SKIP() << "There is no headless browser: chromium-headless-shell, chromium or google-chrome, or "
                    "LINDEN_BROWSER=PROGRAM.";
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / ("linden_browser_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  int shown = 0;
  for (const Reported& one : all_kinds()) {
    std::string page = report(one.model, one.data, {.features = 3, .trees = 1});
    page.replace(page.rfind("</body>"), 7, looks);
    std::ofstream(folder / "page.html") << page;
    // Each page once, the kinds of window in turn.
    const bool is_phone = shown % 2 == 0, is_dark = shown / 2 % 2 == 0;
    const std::string command =
        "timeout 120 " + program +
        " --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars --window-size=" +
        (is_phone ? "390,844" : "1280,900") + " --blink-settings=preferredColorScheme=" + (is_dark ? "0" : "1") +
        " --enable-logging=stderr --user-data-dir='" + (folder / "profile").string() + "' --dump-dom 'file://" +
        (folder / "page.html").string() + "' > '" + (folder / "out").string() + "' 2> '" + (folder / "err").string() +
        "'";
    ASSERT_EQ(std::system(command.c_str()), 0) << read(folder / "err");
    const std::string out = read(folder / "out"), err = read(folder / "err");
    const std::size_t from = out.find("FIGURES "), to = out.find(" END", from);
    ASSERT_NE(from, out.npos) << one.name << out.substr(0, 400) << err;
    const std::string found = out.substr(from, to - from);
    EXPECT_NE(found.find(" WRONG 0 "), found.npos) << one.name << (is_phone ? ", phone: " : ", desk: ") << found;
    EXPECT_NE(found.find(is_dark ? "DARK true" : "DARK false"), found.npos) << found;
    EXPECT_EQ(err.find("CONSOLE"), err.npos) << one.name << err;
    ++shown;
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace linden::reporting

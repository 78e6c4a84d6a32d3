// CONTRIBUTING.md says what a loss is added with, and it is true: every loss stands in each of these files, and no
// other file of the library asks which loss it has.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <linden/loss.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "loss/loss_references.hpp"

namespace linden {
namespace {

const std::filesystem::path source = LINDEN_SOURCE_DIR;

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The files in the first column of the table below "## Add a loss".
std::vector<std::string> files_of_the_list() {
  std::istringstream lines(text_of(source / "CONTRIBUTING.md"));
  std::vector<std::string> files;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ")) inside = line == "## Add a loss";
    if (!inside || !line.starts_with("| `")) continue;
    const std::string column = line.substr(0, line.find('|', 1));
    const std::regex quoted("`([^`]+)`");
    for (std::sregex_iterator file(column.begin(), column.end(), quoted), end; file != end; ++file)
      files.push_back((*file)[1]);
  }
  return files;
}

TEST(LossList, StandsInTheFilesOfContributing) {
  const std::vector<std::string> wanted{"src/backend/loss/square_losses.hpp",
                                        "residual_losses.hpp",
                                        "class_losses.hpp",
                                        "margin_losses.hpp",
                                        "mean_losses.hpp",
                                        "distribution_losses.hpp",
                                        "src/backend/loss/row_losses.hpp",
                                        "include/linden/loss.hpp",
                                        "tests/loss/loss_references.hpp",
                                        "docs/from_other_libraries.md",
                                        "src/base/other_names.cpp"};
  ASSERT_EQ(files_of_the_list(), wanted);
  std::string structs = text_of(source / wanted[0]);
  for (int i = 1; i < 6; ++i) structs += text_of((source / wanted[0]).parent_path() / wanted[i]);
  const std::string functions = text_of(source / wanted[7]), references = text_of(source / wanted[8]),
                    others = text_of(source / wanted[9]);
  each_loss([&]<class Listed>(LossType<Listed>) {
    const std::string name = Listed::name;
    EXPECT_NE(structs.find("name = \"" + name + "\";"), std::string::npos) << name;
    EXPECT_NE(functions.find("inline Loss " + name + "("), std::string::npos) << name;
    EXPECT_NE(references.find("Loss, " + name + "("), std::string::npos) << name;
    EXPECT_NE(others.find("`loss::" + name + "("), std::string::npos) << name;
  });
}

// Lines of the library that tell losses apart by their kind or their name. (LossKind has some that are not in the
// list.)
std::vector<std::string> questions(const std::filesystem::path& path) {
  std::string names;
  for (const std::string& name : loss::names()) names += (names.empty() ? "" : "|") + name;
  const std::regex question(
      "case (linden::)?(LossKind::|kind_of<)|switch \\(.*[kK]ind\\b.*[lL]oss|switch \\(.*[lL]oss.*\\bkind\\b"
      "|[!=]= \"(" +
      names + ")\"");
  std::vector<std::string> found;
  std::istringstream lines(text_of(path));
  const auto may_ask = [](const std::string& line) {  // the expression alone takes a second for all files
    return line.find("case ") != line.npos || line.find("switch ") != line.npos || line.find("= \"") != line.npos;
  };
  for (std::string line; std::getline(lines, line);)
    if (may_ask(line) && std::regex_search(line, question)) found.push_back(path.string() + ": " + line);
  return found;
}

// But for interop, which says what other libraries call them.
TEST(LossList, NobodyElseAsksWhichLossItHas) {
  const std::string interop = (source / "src/interop").string();
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source / "src")) {
    const std::filesystem::path& path = entry.path();
    if (!entry.is_regular_file() || path.parent_path() == source / "src/backend/loss") continue;
    if (path.string().starts_with(interop)) continue;
    ++files;
    EXPECT_EQ(questions(path), std::vector<std::string>{});
  }
  EXPECT_GT(files, 200);
}

TEST(LossList, QuestionsAreSeen) {
  const std::filesystem::path file = std::filesystem::temp_directory_path() / "linden_loss_questions.txt";
  std::ofstream(file) << "switch (loss.kind) {\n  case kind_of<HuberLoss>: return 1;\n  case LossKind::tape: break;\n"
                         "if (loss.name() == \"huber\") x;\nif (name != \"other\") y;\nswitch (loss.link()) {\n";
  EXPECT_EQ(questions(file).size(), 4u);
  std::filesystem::remove(file);
}

TEST(LossList, KindsAreItsPlaces) {
  int place = 0;
  each_loss([&]<class Listed>(LossType<Listed>) {
    EXPECT_EQ(static_cast<int>(kind_of<Listed>), place);
    EXPECT_EQ(loss::names()[static_cast<std::size_t>(place++)], Listed::name);
  });
  for (std::size_t i = static_cast<std::size_t>(place); i < loss::names().size(); ++i) {  // those of groups and times
    const LossKind kind = loss::by_name(loss::names()[i]).definition().spec.kind;
    EXPECT_TRUE(kind == LossKind::group || kind == LossKind::survival) << loss::names()[i];
  }
}

TEST(LossList, CustomLossesAreNoneOfIt) {
  LossSpec spec;
  for (const LossKind kind : {LossKind::program, LossKind::tape, LossKind::group, LossKind::survival}) {
    spec.kind = kind;
    EXPECT_FALSE(is_listed(spec));
    EXPECT_EQ(traits_of(spec), nullptr);
    EXPECT_EQ(renewal_level(spec), 0);
  }
  spec.kind = LossKind::tape;
  EXPECT_TRUE(visit_loss(spec, []<class Functor>(const Functor&) { return std::is_same_v<Functor, TapeLoss>; }));
}

}  // namespace
}  // namespace linden

// One loader for all families, and files that earlier versions wrote.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <linden/error.hpp>
#include <linden/model.hpp>
#include <sstream>

#include "linear/hand_made.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

BoostedModel boosted() {
  std::vector<double> x, y;
  for (int i = 0; i < 40; ++i) {
    x.push_back(i);
    y.push_back(i % 7);
  }
  const auto tensor = [](const std::vector<double>& v) {
    return Tensor::copy_of(std::span<const double>(v), {static_cast<std::int64_t>(v.size())});
  };
  return fit_boosted(Dataset::from_named({{.name = "x", .values = tensor(x)}}, tensor(y), {}, {}), {.rounds = 2});
}

std::string text_of(const AnyModel& model) {
  return std::visit([](const auto& m) { return m.to_string(); }, model);
}

TEST(LoadModel, TellsTheFamily) {
  const std::string trees = boosted().to_string(), line = hand_made().to_string();
  EXPECT_EQ(std::get<BoostedModel>(model_from_string(trees)).rounds(), 2);
  EXPECT_EQ(std::get<LinearModel>(model_from_string(line)).feature_names().size(), 2u);
  std::stringstream stream(trees + line + trees);
  EXPECT_EQ(text_of(load_model(stream)), trees);
  EXPECT_EQ(text_of(load_model(stream)), line);
  EXPECT_EQ(text_of(load_model(stream)), trees);
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "linden_load_model.json";
  for (const std::string& text : {trees, line}) {
    std::ofstream(path, std::ios::binary) << text;
    EXPECT_EQ(text_of(load_model(path)), text);
  }
  std::filesystem::remove(path);
  EXPECT_EQ(refusal<FileError>([] { load_model("/no/such/file.json"); }),
            "load(\"/no/such/file.json\"): cannot open the file: No such file or directory.");
  EXPECT_EQ(refusal<FileError>([] { model_from_string("x,y\n1,2\n"); }),
            "the text: not a Linden model. Hint: models are written by save() and by linden train --out.");
}

// tests/golden/models has a file of every kind as version 0.1 wrote it. They load, and save the same again but for the
// version.
TEST(LoadModel, FilesOfEarlierVersionsLoad) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(LINDEN_SOURCE_DIR "/tests/golden/models")) {
    const AnyModel model = load_model(entry.path());
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const auto body = [](const std::string& t) {
      const std::size_t begin = t.find(",\"model\":"), end = t.rfind(",\"checksum\":");
      return t.substr(begin, end - begin);
    };
    EXPECT_EQ(body(text_of(model)), body(text)) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 5);
}

}  // namespace
}  // namespace linden

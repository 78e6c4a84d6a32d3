// The envelope that every family of models shares: what is written comes back, other families are refused.
#include "model/envelope.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <linden/error.hpp>
#include <linden/version.hpp>

namespace linden {
namespace {

class EnvelopeFile : public testing::Test {
 protected:
  EnvelopeFile() { path = testing::TempDir() + "linden_envelope_" + std::to_string(::getpid()) + ".json"; }
  ~EnvelopeFile() override { std::filesystem::remove(path); }

  std::string bytes() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string path;
  Envelope envelope{"linear",      {"x", "y"},       {false, true},   {{}, {"a", "b"}},          "z",
                    {"no", "yes"}, loss::logistic(), {{"l1", "0.5"}}, {{"weights", {1.5, -2.0}}}};
};

TEST_F(EnvelopeFile, ComesBackAsItWasWritten) {
  write_model(path, envelope);
  const Envelope read = read_model(path, "linear");
  EXPECT_EQ(read.family, "linear");
  EXPECT_EQ(read.feature_names, envelope.feature_names);
  EXPECT_EQ(read.categorical, envelope.categorical);
  EXPECT_EQ(read.categories, envelope.categories);
  EXPECT_EQ(read.label, "z");
  EXPECT_EQ(read.classes, envelope.classes);
  EXPECT_EQ(read.loss.name(), "logistic");
  EXPECT_EQ(read.config, envelope.config);
  EXPECT_EQ(read.body, envelope.body);
  const std::string first = bytes();
  write_model(path, read);
  EXPECT_EQ(bytes(), first);
}

TEST_F(EnvelopeFile, IsOneLineOfJsonInAFixedOrder) {
  write_model(path, envelope);
  EXPECT_EQ(bytes().substr(0, bytes().find(",\"checksum\"")),
            "{\"format\":\"linden model\",\"schema\":1,\"library\":\"" + std::string(version()) +
                "\",\"model\":\"linear\",\"columns\":[{\"name\":\"x\"},{\"name\":\"y\",\"categories\":[\"a\",\"b\"]}],"
                "\"label\":\"z\",\"classes\":[\"no\",\"yes\"],\"loss\":{\"name\":\"logistic\",\"classes\":2},"
                "\"link\":\"sigmoid\",\"config\":{\"l1\":\"0.5\"},\"body\":{\"weights\":[1.5,-2.0]}");
  EXPECT_EQ(bytes().substr(bytes().size() - 3), "\"}\n");
}

TEST_F(EnvelopeFile, AnotherFamilyIsRefused) {
  write_model(path, envelope);
  try {
    read_model(path, "boosted");
    FAIL();
  } catch (const FileError& error) {
    EXPECT_EQ(error.what(), path + ": holds a linear model, not a boosted one.");
  }
}

TEST_F(EnvelopeFile, SoftmaxKeepsItsClasses) {
  envelope.loss = loss::softmax({.classes = 3});
  envelope.classes = {"a", "b", "c"};
  write_model(path, envelope);
  EXPECT_EQ(read_model(path, "linear").loss.outputs(), 3);
}

TEST_F(EnvelopeFile, NamesThatAreNotTextAreRefused) {
  envelope.feature_names[0] = "caf\xe9";
  try {
    write_model(path, envelope);
    FAIL();
  } catch (const FileError& error) {
    EXPECT_EQ(error.what(), "cannot write \"" + path +
                                "\": a feature, category or class name is not UTF-8. Hint: convert the data to UTF-8.");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace linden

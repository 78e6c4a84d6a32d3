// Binary model files: they are told by their first byte, hold all of a model, and whatever is otherwise is refused.
#include "model/file/packed_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <linden/error.hpp>
#include <linden/model.hpp>
#include <linden/version.hpp>
#include <sstream>

#include "linear/hand_made.hpp"
#include "model/file/model_text.hpp"
#include "model/sealed.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

namespace fs = std::filesystem;

std::string binary(const AnyModel& model) {
  std::ostringstream stream;
  std::visit([&](const auto& m) { m.save(stream, ModelFormat::binary); }, model);
  return stream.str();
}

std::string text(const AnyModel& model) {
  return std::visit([](const auto& m) { return m.to_string(); }, model);
}

std::string refused(const std::string& file) {
  return refusal<FileError>([&] { model_from_string(file); });
}

std::vector<AnyModel> golden_models() {
  std::vector<AnyModel> models;
  for (const auto& entry : fs::directory_iterator(LINDEN_SOURCE_DIR "/tests/golden/models"))
    models.push_back(load_model(entry.path()));
  return models;
}

TEST(PackedFile, FromJsonToBinaryAndBackIsTheSameToTheByte) {
  for (const AnyModel& model : golden_models()) {
    const std::string bytes = binary(model);
    EXPECT_TRUE(bytes.starts_with("\x89LINDEN\x01"));
    const AnyModel back = model_from_string(bytes);
    EXPECT_EQ(text(back), text(model));
    EXPECT_EQ(binary(back), bytes);
    EXPECT_EQ(binary(model_from_string(text(back))), bytes);
    const auto signature = [](const auto& m) { return m.signature(); };
    EXPECT_EQ(std::visit(signature, back), std::visit(signature, model));
  }
}

TEST(PackedFile, TheSignatureIsThatOfTheText) {
  for (const AnyModel& model : golden_models()) {
    const std::string json = text(model), signature = std::visit([](const auto&m) { return m.signature(); }, model);
    EXPECT_TRUE(json.ends_with(",\"sha256\":\"" + signature + "\"}\n"));
    std::string before = opened(json);
    before.pop_back();
    Sha256 hash;
    hash.add(before);
    EXPECT_EQ(hash.hex(), signature);
  }
}

TEST(PackedFile, TheNameSaysTheFormatUnlessItIsAskedFor) {
  const LinearModel model = hand_made();
  const fs::path folder = fs::path(testing::TempDir()) / "linden_packed_names";
  fs::create_directories(folder);
  const auto first_byte = [&](const fs::path& path) { return std::ifstream(path, std::ios::binary).get(); };
  const auto saved = [&](const std::string& name, ModelFormat format) {
    model.save(folder / name, format);
    EXPECT_EQ(text(load_model(folder / name)), model.to_string()) << name;
    EXPECT_EQ(LinearModel::load(folder / name).to_string(), model.to_string()) << name;
    return first_byte(folder / name);
  };
  for (const char* name : {"m.linden", "m.bin", "m.json.linden"})
    EXPECT_EQ(saved(name, ModelFormat::by_name), 0x89) << name;
  for (const char* name : {"m.json", "m", "linden", "m.linden.json", ".linden"})
    EXPECT_EQ(saved(name, ModelFormat::by_name), '{') << name;
  for (const char* name : {"m.linden.gz", "m.json.gz"}) EXPECT_EQ(saved(name, ModelFormat::by_name), 0x1f) << name;
  EXPECT_EQ(format_by_name("m.linden.gz"), ModelFormat::binary);
  EXPECT_EQ(format_by_name("m.json.gz"), ModelFormat::json);
  EXPECT_EQ(saved("n.json", ModelFormat::binary), 0x89);
  EXPECT_EQ(saved("n.linden", ModelFormat::json), '{');
  std::ostringstream stream;
  model.save(stream, ModelFormat::by_name);
  EXPECT_EQ(stream.str(), model.to_string());
  fs::remove_all(folder);
}

TEST(PackedFile, SeveralFollowEachOtherInAStreamWithTexts) {
  const std::vector<AnyModel> models = golden_models();
  std::stringstream stream;
  for (const AnyModel& model : models) stream << binary(model) << text(model);
  for (const AnyModel& model : models) {
    EXPECT_EQ(text(load_model(stream)), text(model));
    EXPECT_EQ(text(load_model(stream)), text(model));
  }
  EXPECT_EQ(refused(binary(models[0]) + "x"),
            "the text: something follows the end of the model. Hint: copy the file again.");
}

TEST(PackedFile, EveryCutIsRefused) {
  for (const AnyModel& model : golden_models()) {
    const std::string bytes = binary(model);
    for (std::size_t size = 1; size < bytes.size(); ++size)
      EXPECT_EQ(refused(bytes.substr(0, size)),
                "the text: the model is cut short: its checksum is missing. Hint: copy the file again, or train again.")
          << size;
  }
}

TEST(PackedFile, EveryChangeIsRefused) {
  const std::string bytes = binary(hand_made(2));
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ 1 << bit);
      const std::string message = refused(changed);
      if (at >= 16) {
        EXPECT_EQ(message,
                  "the text: the model was changed after it was written: its checksum does not fit. Hint: copy the "
                  "file again, or train again.");
      } else {
        EXPECT_TRUE(message.starts_with("the text: ")) << message;
      }
    }
}

TEST(PackedFile, WhatIsNewerOrOtherIsSaid) {
  std::string bytes = binary(hand_made());
  bytes[7] = 2;
  EXPECT_EQ(refused(bytes), std::string("the text: a binary model of form 2; this Linden (") + version() +
                                ") reads form 1. Hint: upgrade Linden.");
  EXPECT_EQ(refused("\x89PNG\r\n\x1a\n and more"),
            "the text: not a Linden model. Hint: models are written by save() and by linden train --out.");
  std::string document = document_of(binary(hand_made()));
  const std::string schema("\x01\x06schema\x05\x04", 10);  // 2 by zigzag
  const std::size_t at = document.find(schema);
  ASSERT_NE(at, std::string::npos);
  document[at + 9] = 10;
  EXPECT_EQ(refused(binary_of(document)), std::string("the text: written in schema 5 by Linden ") + version() +
                                              "; this one (" + version() +
                                              ") reads up to schema 4. Hint: upgrade Linden.");
  document = document_of(binary(hand_made()));
  EXPECT_EQ(refused(binary_of(document + "x")), "the text: the document has something behind its end.");
}

// A length that is not true takes no memory.
TEST(PackedFile, ALengthIsNotTrusted) {
  std::string bytes = binary(hand_made());
  for (const int byte : {9, 12, 15}) {
    std::string longer = bytes;
    longer[static_cast<std::size_t>(byte)] = '\x7f';
    EXPECT_EQ(refused(longer),
              "the text: the model is cut short: its checksum is missing. Hint: copy the file again, or train again.");
  }
}

TEST(PackedFile, NamesThatAreNotTextAreRefused) {
  const LinearModel model = changed(hand_made(), [](auto& s) { s.feature_names[0] = "caf\xe9"; });
  std::ostringstream stream;
  EXPECT_EQ(refusal<FileError>([&] { model.save(stream, ModelFormat::binary); }),
            "cannot write the model: a feature, category or class name is not UTF-8. Hint: convert the data to UTF-8.");
  EXPECT_EQ(stream.str(), "");
}

}  // namespace
}  // namespace linden

// The envelope that every family of models shares: what is written comes back, and whatever is otherwise is refused.
#include "model/file/envelope.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <linden/error.hpp>
#include <linden/version.hpp>
#include <sstream>

#include "model/sealed.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

class EnvelopeText : public testing::Test {
 protected:
  std::string written() const {
    std::string text;
    write_model([&](std::string_view part) { text += part; }, "\"m.json\"", {"linear", schema, loss},
                [](JsonWriter& json) {
                  json["config"].open_object();
                  json.close_object();
                  json["body"].value(1.5);
                });
    return text;
  }
  static void read_rest(JsonReader& json) {
    json["config"].open_object();
    json.close_object();
    json["body"].finite();
  }
  static Envelope read(const ModelSource& source) {
    Envelope envelope;
    read_model(source, [&](JsonReader& json, const std::string& family) {
      check_family(json, family, "linear");
      envelope = read_envelope(json);
      read_rest(json);
    });
    return envelope;
  }
  static std::string refused(std::string_view text) {
    return refusal<FileError>([&] { read(source_of_text(text)); });
  }

  ModelSchema schema{.feature_names = {"x", "y"},
                     .categorical = {false, true},
                     .categories = {{}, {"a", "b"}},
                     .label = "z",
                     .classes = {"no", "yes"},
                     .missing = {}};
  Loss loss = loss::logistic();
};

TEST_F(EnvelopeText, ComesBackAsItWasWritten) {
  const std::string text = written();
  const Envelope back = read(source_of_text(text));
  EXPECT_EQ(back.schema.feature_names, schema.feature_names);
  EXPECT_EQ(back.schema.categorical, schema.categorical);
  EXPECT_EQ(back.schema.categories, schema.categories);
  EXPECT_EQ(back.schema.label, "z");
  EXPECT_EQ(back.schema.classes, schema.classes);
  EXPECT_EQ(back.loss.name(), "logistic");
}

TEST_F(EnvelopeText, NamesTheColumnOfGroupsWhereThereIsOne) {
  schema.group = "query";
  EXPECT_NE(written().find("\"label\":\"z\",\"group\":\"query\",\"classes\""), std::string::npos);
  EXPECT_EQ(read(source_of_text(written())).schema.group, "query");
}

TEST_F(EnvelopeText, IsOneLineOfJsonInAFixedOrder) {
  const std::string text = written();
  EXPECT_EQ(text.substr(0, text.find(",\"sha256\"")),
            "{\"format\":\"linden model\",\"schema\":2,\"library\":\"" + std::string(version()) +
                "\",\"model\":\"linear\",\"columns\":[{\"name\":\"x\"},{\"name\":\"y\",\"categories\":[\"a\",\"b\"]}],"
                "\"label\":\"z\",\"classes\":[\"no\",\"yes\"],\"loss\":{\"name\":\"logistic\",\"classes\":2},"
                "\"link\":\"sigmoid\",\"config\":{},\"body\":1.5");
  EXPECT_EQ(text.substr(text.size() - 3), "\"}\n");
  EXPECT_EQ(text.find('\n'), text.size() - 1);
}

TEST_F(EnvelopeText, AnotherFamilyIsRefused) {
  std::string text = written();
  EXPECT_EQ(refusal<FileError>([&] {
              read_model(source_of_text(text),
                         [](JsonReader& json, const std::string& family) { check_family(json, family, "boosted"); });
            }),
            "the text: holds a linear model, not a boosted one.");
}

TEST_F(EnvelopeText, TokensForMissingValuesComeBack) {
  schema.missing = {"?", "-999"};
  for (const bool only : {false, true}) {
    schema.only_missing = only;
    const std::string text = written();
    EXPECT_NE(text.find(fmt::format(",\"missing\":{{\"only\":{},\"tokens\":[\"?\",\"-999\"]}},", only ? 1 : 0)),
              std::string::npos);
    const Envelope back = read(source_of_text(text));
    EXPECT_EQ(back.schema.missing, schema.missing);
    EXPECT_EQ(back.schema.only_missing, only);
  }
  schema.missing.clear();
  EXPECT_TRUE(read(source_of_text(written())).schema.only_missing);
}

TEST_F(EnvelopeText, SoftmaxKeepsItsClasses) {
  loss = loss::softmax({.classes = 3});
  schema.classes = {"a", "b", "c"};
  EXPECT_EQ(read(source_of_text(written())).loss.outputs(), 3);
}

TEST_F(EnvelopeText, NamesThatAreNotTextAreRefused) {
  schema.feature_names[0] = "caf\xe9";
  EXPECT_EQ(refusal<FileError>([&] { written(); }),
            "cannot write \"m.json\": a feature, category or class name is not UTF-8. Hint: convert the data to "
            "UTF-8.");
}

// Whatever is wrong, a checksum that does not fit is the reason to give.
TEST_F(EnvelopeText, DamageIsToldFromWhatOthersWrote) {
  const std::string text = written();
  for (std::size_t size = 24; size + 1 < text.size(); ++size)
    for (const char* end : {"", "\r"})
      EXPECT_EQ(refused(text.substr(0, size) + end),
                "the text: the model is cut short: its checksum is missing. Hint: copy the file again, or train again.")
          << size;
  for (std::size_t at = 24; at < text.find(",\"sha256"); ++at)
    for (const char other : {'\n', '"', '7', '\xff'}) {
      std::string changed = text;
      if (changed[at] == other) continue;
      changed[at] = other;
      EXPECT_EQ(refused(changed),
                "the text: the model was changed after it was written: its checksum does not fit. Hint: copy the file "
                "again, or train again.")
          << at << other;
    }
  EXPECT_EQ(refused(text + " "), "the text: something follows the end of the model. Hint: copy the file again.");
  EXPECT_EQ(refused("\x1f\x8b\x08"),
            "the text: not a Linden model, but it may be one that is compressed. Hint: models are written by save() "
            "and by linden train --out.");
}

// Versions before this one sealed their files by 64 bits of FNV-1a, in a member of another name.
TEST_F(EnvelopeText, ASealOfEarlierVersionsIsRead) {
  const std::string old = sealed_of_old(opened(written()));
  EXPECT_EQ(read(source_of_text(old)).schema.label, "z");
  for (std::size_t digit = 4; digit < 20; ++digit) {
    std::string changed = old;
    char& at = changed[old.size() - digit];
    at = at == '0' ? '1' : '0';
    EXPECT_EQ(refused(changed),
              "the text: the model was changed after it was written: its checksum does not fit. Hint: copy the file "
              "again, or train again.");
  }
  for (std::size_t size = 24; size + 1 < old.size(); ++size)
    EXPECT_THROW(read(source_of_text(old.substr(0, size))), FileError) << size;
}

// The digits are those that other programs give for all that stands before them.
TEST_F(EnvelopeText, TheSealIsTheHashOfWhatStandsBeforeIt) {
  const std::string text = written();
  const std::size_t seal = text.find(",\"sha256\"");
  Sha256 hash;
  hash.add(text.substr(0, seal));
  EXPECT_EQ(text.substr(seal), ",\"sha256\":\"" + hash.hex() + "\"}\n");
}

// Whatever the refusal, and however the line ends.
TEST_F(EnvelopeText, ALineEndIsNotWhatTellsAChangeFromACut) {
  const std::string text = written(), line = text.substr(0, text.size() - 1);
  for (const char* end : {"", "\n", "\r\n"}) {
    EXPECT_EQ(read(source_of_text(line + end)).schema.label, "z");
    std::string changed = line, unknown = line;
    changed[line.find("1.5")] = '7';
    unknown[line.find("body")] = 'B';
    for (const std::string& other : {changed, unknown})
      EXPECT_EQ(refused(other + end),
                "the text: the model was changed after it was written: its checksum does not fit. Hint: copy the file "
                "again, or train again.");
    // A seal that fits says that it was written so.
    for (const auto& seal : {sealed, sealed_of_old}) {
      std::string another = seal(opened(unknown));
      another.pop_back();
      EXPECT_EQ(refused(another + end), "the text: the document has \"Body\" where its member \"body\" belongs.");
    }
  }
}

TEST_F(EnvelopeText, ModelsOfAStreamMayEndInAnyLineEnd) {
  const std::string text = written(), line = text.substr(0, text.size() - 1);
  std::stringstream stream(line + "\r\n" + text + line);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(read(source_of(stream)).schema.label, "z") << i;
  std::stringstream joined(line + line);
  EXPECT_EQ(refusal<FileError>([&] { read(source_of(joined)); }),
            "the stream: something follows the end of the model. Hint: copy the file again.");
}

TEST_F(EnvelopeText, AStreamIsReadToTheEndOfTheModel) {
  std::stringstream stream(written() + written() + "and more\n");
  EXPECT_EQ(read(source_of(stream)).schema.label, "z");
  EXPECT_EQ(read(source_of(stream)).schema.label, "z");
  std::string rest;
  std::getline(stream, rest);
  EXPECT_EQ(rest, "and more");
}

}  // namespace
}  // namespace linden

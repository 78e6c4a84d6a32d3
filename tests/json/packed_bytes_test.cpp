// The packed form of a document: what a writer packs a reader gives, and any bytes at all are refused or harmless.
#include "json/packed_bytes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <linden/error.hpp>
#include <random>

#include "json/packed_document.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

template <class Write>
std::string packed(const Write& write) {
  std::string bytes;
  JsonWriter json([&](std::string_view part) { bytes += part; }, JsonWriter::Form::packed);
  write(json);
  json.flush();
  return bytes;
}

JsonReader reader(const std::string& bytes) { return {PackedBytes(packed_document(bytes)), "f.linden"}; }

std::string document() {
  return packed([](JsonWriter& json) {
    json.open_object();
    json["a"].open_object();
    json["list"].open_list();
    json.value(1);
    json.value(-2);
    json.value(3.5);
    json.value("x");
    json.null();
    json.close_list();
    json["max"].value(INT64_MAX);
    json["texts"].values(std::vector<std::string>{"p", "größe"});
    json["numbers"].values(std::vector<double>{1, 2.5, 1e300});
    json["wholes"].values(std::vector<int>{3, 1, 4, 1, 5, 9, 2, 6});
    json["none"].open_list();
    json.close_list();
    json["nothing"].open_object();
    json.close_object();
    json.close_object();
    json["a"].value(std::numeric_limits<double>::quiet_NaN());
    json["inf"].values(std::vector<double>{1, -std::numeric_limits<double>::infinity(), 3});
    json.close_object();
  });
}

TEST(PackedBytes, GiveWhatWasWritten) {
  JsonReader json = reader(document());
  EXPECT_TRUE(json.is_packed());
  json.open_object();
  json["a"].open_object();
  EXPECT_TRUE(json["list"].is_list());
  json.open_list();
  EXPECT_EQ(json.entry().whole(0, 1), 1);
  EXPECT_EQ(json.entry().finite(), -2);
  EXPECT_EQ(json.path(), "a.list[1]");
  ASSERT_TRUE(json.next());
  EXPECT_FALSE(json.null());
  EXPECT_FALSE(json.is_text());
  EXPECT_EQ(json.finite(), 3.5);
  EXPECT_TRUE(json.entry().is_text());
  EXPECT_EQ(json.text(), "x");
  EXPECT_TRUE(json.entry().null());
  EXPECT_FALSE(json.next());
  EXPECT_FALSE(json.next_is("texts"));
  EXPECT_EQ(json["max"].whole(0, INT64_MAX), INT64_MAX);
  EXPECT_EQ(json["texts"].texts(), (std::vector<std::string>{"p", "größe"}));
  EXPECT_EQ(json["numbers"].finites(), (std::vector<double>{1, 2.5, 1e300}));
  EXPECT_EQ(json["wholes"].wholes(0, 9), (std::vector<std::int64_t>{3, 1, 4, 1, 5, 9, 2, 6}));
  EXPECT_EQ(json["none"].finites(), std::vector<double>());
  json["nothing"].open_object();
  json.close_object();
  json.close_object();
  EXPECT_TRUE(std::isnan(json["a"].number()));
  json["inf"].open_list();
  EXPECT_EQ(json.entry().number(), 1);
  EXPECT_EQ(json.entry().number(), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(json.entry().number(), 3);
  EXPECT_FALSE(json.next());
  json.close_object();
  EXPECT_TRUE(json.is_at_end());
}

template <class Action>
std::string refused(const std::string& bytes, const Action& action) {
  return refusal<FileError>([&] {
    JsonReader json = reader(bytes);
    json.open_object();
    action(json);
  });
}

TEST(PackedBytes, RefuseAsJsonDoesWithThePlace) {
  const std::string bytes = packed([](JsonWriter& json) {
    json.open_object();
    json["w"].values(std::vector<int>{5, 6, 7, 8});
    json["d"].values(std::vector<double>{0.1, 0.2, std::numeric_limits<double>::infinity()});
    json["t"].value("x");
    json["o"].open_object();
    json.close_object();
    json.close_object();
  });
  EXPECT_EQ(refused(bytes, [](JsonReader& json) { json["w"].wholes(0, 6); }), "f.linden: w[2] is 7, outside [0, 6].");
  EXPECT_EQ(refused(bytes, [](JsonReader& json) { json["w"].text(); }), "f.linden: w is not a text.");
  EXPECT_EQ(refused(bytes, [](JsonReader& json) { json["w"].open_object(); }), "f.linden: w is not an object.");
  EXPECT_EQ(refused(bytes, [](JsonReader& json) { json["w"].whole(0, 9); }), "f.linden: w is not a whole number.");
  EXPECT_EQ(refused(bytes,
                    [](JsonReader& json) {
                      json["w"].open_list();
                      json.entry().open_list();
                    }),
            "f.linden: w[0] is not a list.");
  EXPECT_EQ(refused(bytes,
                    [](JsonReader& json) {
                      json["w"].open_list();
                      for (int i = 0; i < 5; ++i) json.entry().finite();
                    }),
            "f.linden: w has only 4 entries.");
  const auto at_d = [](JsonReader& json) -> JsonReader& {
    json["w"].finites();
    return json["d"];
  };
  EXPECT_EQ(refused(bytes, [&](JsonReader& json) { at_d(json).finites(); }), "f.linden: d[2] is not a finite number.");
  EXPECT_EQ(refused(bytes, [&](JsonReader& json) { at_d(json).wholes(0, 1); }),
            "f.linden: d[0] is not a whole number.");
  EXPECT_EQ(refused(bytes, [&](JsonReader& json) { json["v"]; }),
            "f.linden: the document has \"w\" where its member \"v\" belongs.");
  EXPECT_EQ(refused(bytes, [&](JsonReader& json) { json.close_object(); }),
            "f.linden: the document has an unknown member \"w\".");
  EXPECT_EQ(refused(bytes,
                    [&](JsonReader& json) {
                      at_d(json).open_list();
                      while (json.next()) json.number();
                      json["t"].finite();
                    }),
            "f.linden: t is not a finite number.");
}

// Reads whatever there is, as deep as it goes.
void read_all(JsonReader& json) {
  std::vector<bool> in_list;
  json.open_object();
  in_list.push_back(false);
  std::string name;
  while (!in_list.empty()) {
    const bool has_next = in_list.back() ? json.next() : json.next_member(name);
    if (!has_next) {
      in_list.pop_back();
      continue;
    }
    if (json.is_text()) {
      json.text();
    } else if (json.is_list()) {
      json.open_list();
      in_list.push_back(true);
    } else if (!json.null()) {
      try {
        json.number();
      } catch (const FileError&) {
        json.open_object();  // or nothing that there is
        in_list.push_back(false);
      }
    }
  }
}

TEST(PackedBytes, EveryCutIsRefused) {
  const std::string whole = document();
  JsonReader json = reader(whole);
  read_all(json);
  EXPECT_TRUE(json.is_at_end());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    JsonReader cut = reader(whole.substr(0, size));
    EXPECT_THROW(read_all(cut), FileError) << size;
  }
  EXPECT_EQ(refused(whole.substr(0, 2), [](JsonReader& broken) { broken["a"]; }),
            "f.linden: the model is not packed as save() writes it, at byte 2.");
}

std::string list_of_objects(int count) {
  return packed([&](JsonWriter& json) {
    json.open_object();
    json["list"].open_list();
    for (int i = 0; i < count; ++i) {
      json.open_object();
      json["number"].value(i);
      json["n" + std::to_string(i % 7)].values(std::vector<int>(static_cast<std::size_t>(i % 5), i));
      json["more"].open_list();
      json.value("text");
      json.null();
      json.value(0.5);
      json.close_list();
      json.close_object();
    }
    json.close_list();
    json["behind"].value(count);
    json.close_object();
  });
}

// Whatever the parts are, each reads its entries under their numbers, and the reader goes on behind the list.
TEST(PackedBytes, AListIsReadInParts) {
  const std::string bytes = list_of_objects(40);
  for (const std::uint64_t part_bytes : {1u, 20u, 100u, 300u, 10'000u}) {
    JsonReader json = reader(bytes);
    json.open_object();
    json["list"].open_list();
    std::vector<JsonReader> parts = json.parts(part_bytes);
    if (part_bytes == 1) {
      EXPECT_EQ(parts.size(), 40u);
    }
    if (part_bytes == 10'000) {
      EXPECT_EQ(parts.size(), 1u);
    }
    EXPECT_EQ(parts.back().end_of_part(), 40u);
    std::reverse(parts.begin(), parts.end());  // in no order
    std::vector<bool> found(40);
    for (JsonReader& part : parts) {
      const std::size_t end = part.end_of_part();
      int last = -1;
      while (part.next()) {
        part.open_object();
        const auto number = static_cast<int>(part["number"].whole(0, 39));
        EXPECT_TRUE(last == -1 || number == last + 1);
        last = number;
        EXPECT_EQ(part.path(), "list[" + std::to_string(number) + "].number");
        found[static_cast<std::size_t>(number)] = true;
        EXPECT_EQ(part["n" + std::to_string(number % 7)].wholes(0, 39),
                  std::vector<std::int64_t>(static_cast<std::size_t>(number % 5), number));
        part["more"].open_list();
        EXPECT_EQ(part.entry().text(), "text");
        EXPECT_TRUE(part.entry().null());
        EXPECT_EQ(part.entry().finite(), 0.5);
        EXPECT_FALSE(part.next());
        part.close_object();
      }
      EXPECT_EQ(static_cast<std::size_t>(last) + 1, end);
    }
    EXPECT_EQ(std::count(found.begin(), found.end(), true), 40);
    EXPECT_FALSE(json.next());
    EXPECT_EQ(json["behind"].whole(0, 99), 40);
    json.close_object();
    EXPECT_TRUE(json.is_at_end());
  }
}

TEST(PackedBytes, AListThatIsBrokenHasNoParts) {
  const std::string bytes = list_of_objects(40);
  for (std::size_t size = 8; size < bytes.size() - 20; ++size) {  // within the list
    JsonReader json = reader(bytes.substr(0, size));
    json.open_object();
    json["list"].open_list();
    const std::uint64_t before = json.taken();
    EXPECT_TRUE(json.parts(50).empty()) << size;
    EXPECT_EQ(json.taken(), before);
  }
  JsonReader numbers = reader(document());
  numbers.open_object();
  numbers["a"].open_object();
  numbers["list"].open_list();
  EXPECT_EQ(numbers.parts(1).size(), 5u);
  EXPECT_FALSE(numbers.next());
  numbers["max"].whole(0, INT64_MAX);
  numbers["texts"].texts();
  numbers["numbers"].open_list();
  EXPECT_TRUE(numbers.parts(1).empty());  // it is one
  EXPECT_EQ(numbers.entry().finite(), 1);
}

TEST(PackedBytes, AnyBytesAreRefusedOrHarmless) {
  std::mt19937_64 random(4);
  const std::string whole = document();
  int refused = 0;
  for (int turn = 0; turn < 20'000; ++turn) {
    std::string bytes = whole;
    for (std::uint64_t n = 1 + random() % 3; n > 0; --n)
      bytes[random() % bytes.size()] = static_cast<char>(random() % 2 ? random() : random() % 0x13);
    PackedBytes skipped(packed_document(bytes));
    skipped.skip();  // stays within
    JsonReader json = reader(bytes);
    try {
      read_all(json);
    } catch (const FileError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 5'000);
}

TEST(PackedBytes, TextThatIsNotUtf8IsRefused) {
  std::string bytes = packed([](JsonWriter& json) {
    json.open_object();
    json["t"].value("xy");
    json.close_object();
  });
  bytes[bytes.find("xy")] = '\xff';
  EXPECT_EQ(refused(bytes, [](JsonReader& json) { json["t"].text(); }),
            "f.linden: the model is not packed as save() writes it, at byte 8.");
}

}  // namespace
}  // namespace linden

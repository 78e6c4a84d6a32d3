// Model files that somebody changed and sealed again, token by token or byte by byte: each is refused by a FileError,
// or loads as a model that predicts, and saves and loads the same again in either format.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <linden/error.hpp>
#include <linden/model.hpp>
#include <random>
#include <sstream>

#include "model/odd_rows.hpp"
#include "model/sealed.hpp"

namespace linden {
namespace {

using Random = std::mt19937_64;

// The document in pieces: texts, numbers, punctuation.
std::vector<std::string> tokens_of(const std::string& text) {
  std::vector<std::string> tokens;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at + 1;
    if (text[at] == '"') {
      while (text[end] != '"') end += text[end] == '\\' ? 2 : 1;
      ++end;
    } else if (std::string_view("{}[],:").find(text[at]) == std::string_view::npos) {
      end = std::min(text.find_first_of("{}[],:", at), text.size());
    }
    tokens.push_back(text.substr(at, end - at));
    at = end;
  }
  return tokens;
}

void mutate(std::vector<std::string>& tokens, Random& random) {
  static const std::vector<std::string> values{"0",
                                               "1",
                                               "-1",
                                               "2",
                                               "1e308",
                                               "-1e-320",
                                               "1e999",
                                               "0.5",
                                               "\"0\"",
                                               "null",
                                               "true",
                                               "[]",
                                               "{}",
                                               "[0]",
                                               "\"\"",
                                               "\"inf\"",
                                               "\"nan\"",
                                               "2147483647",
                                               "-2147483649",
                                               "9223372036854775808",
                                               "\"\\ud83c\\udf33\"",
                                               "\"\\u0000\""};
  const auto any = [&] { return 3 + random() % (tokens.size() - 3); };  // behind the format's name
  const std::size_t at = any();
  const auto place = tokens.begin() + static_cast<std::ptrdiff_t>(at);
  switch (random() % 6) {
    case 0: *place = values[random() % values.size()]; break;
    case 1: tokens.erase(place); break;
    case 2: tokens.insert(place, tokens[any()]); break;
    case 3: std::swap(tokens[at], tokens[any()]); break;
    case 4: {  // a piece twice
      const std::size_t end = std::min(tokens.size(), at + 1 + random() % 12);
      const std::vector<std::string> piece(place, tokens.begin() + static_cast<std::ptrdiff_t>(end));
      tokens.insert(place, piece.begin(), piece.end());
      break;
    }
    default:  // a digit more, less or other
      if (std::string& token = tokens[at]; token.find_first_of("0123456789") != std::string::npos) {
        const std::size_t digit = token.find_first_of("0123456789");
        token[digit] = static_cast<char>('0' + random() % 10);
        if (random() % 2) token.insert(digit, "1");
      }
  }
}

// A model predicts in batches and by row; saved and loaded again, it has the same text and predicts the same bits.
void use(const AnyModel& any) {
  std::visit(
      [](const auto& model) {
        constexpr bool takes_gaps = std::is_same_v<std::decay_t<decltype(model)>, BoostedModel>;
        const Dataset rows = odd_rows_of(model.schema(), takes_gaps);
        const Tensor prediction = model.predict(rows, {.threads = 1});
        const auto again = std::decay_t<decltype(model)>::from_string(model.to_string());
        const auto bits = [](const Tensor& t) {
          const Tensor dense = t.contiguous();
          const auto* const first = reinterpret_cast<const char*>(dense.data<double>());
          return std::string(first, first + dense.elements() * 8);
        };
        EXPECT_EQ(bits(again.predict(rows, {.threads = 1})), bits(prediction));
        std::vector<double> values(model.feature_names().size(), 0.5), out(static_cast<std::size_t>(model.outputs()));
        for (const double value : {0.5, 1e300, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
          if (std::isnan(value) && !takes_gaps) continue;
          std::ranges::fill(values, value);
          model.predict_row(values, out);
        }
        EXPECT_EQ(again.to_string(), model.to_string());
        std::ostringstream binary;
        model.save(binary, ModelFormat::binary);
        EXPECT_EQ(std::decay_t<decltype(model)>::from_string(binary.str()).to_string(), model.to_string());
      },
      any);
}

TEST(Mutations, OfSealedFilesAreRefusedOrHarmless) {
  Random random(23);
  int refused = 0, accepted = 0;
  for (const auto& entry : std::filesystem::directory_iterator(LINDEN_SOURCE_DIR "/tests/golden/models")) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::vector<std::string> whole = tokens_of(opened({std::istreambuf_iterator<char>(file), {}}));
    for (int i = 0; i < 400; ++i) {
      std::vector<std::string> tokens = whole;
      for (std::uint64_t n = 1 + random() % 2; n > 0; --n) mutate(tokens, random);
      std::string text;
      for (const std::string& token : tokens) text += token;
      if (!text.ends_with('}')) text += '}';
      text = sealed(text);
      try {
        use(model_from_string(text));
        ++accepted;
      } catch (const FileError& error) {
        ++refused;
        EXPECT_TRUE(std::string_view(error.what()).starts_with("the text: ")) << error.what();
        EXPECT_EQ(std::string_view(error.what()).find("checksum is missing"), std::string_view::npos)
            << error.what() << "\n"
            << text;
      }
    }
  }
  EXPECT_GT(refused, 1000);
  EXPECT_GT(accepted, 100);
}

// Binary files under a good seal, whose documents were changed byte by byte, cut, and put together anew. More of them
// by LINDEN_MUTATIONS=100000.
TEST(Mutations, OfSealedBinaryFilesAreRefusedOrHarmless) {
  const char* const asked = std::getenv("LINDEN_MUTATIONS");
  const int each = (asked == nullptr ? 4200 : std::atoi(asked)) / 7;
  Random random(24);
  int refused = 0, accepted = 0;
  for (const auto& entry : std::filesystem::directory_iterator(LINDEN_SOURCE_DIR "/tests/golden/models")) {
    std::ostringstream stream;
    std::visit([&](const auto& model) { model.save(stream, ModelFormat::binary); }, load_model(entry.path()));
    const std::string whole = document_of(stream.str());
    ASSERT_EQ(binary_of(whole), stream.str());
    for (int i = 0; i < each; ++i) {
      std::string document = whole;
      for (std::uint64_t n = 1 + random() % 2; n > 0; --n) {
        // Behind the envelope's first members as often as not, where trees and weights are.
        const std::size_t at = (random() % 2 ? document.size() / 2 : 0) + random() % (document.size() / 2);
        switch (random() % 6) {
          case 0: document[at] = static_cast<char>(random()); break;
          case 1: document[at] = static_cast<char>(document[at] ^ 1 << random() % 8); break;
          case 2: document[at] = static_cast<char>(random() % 0x13); break;
          case 3: document.erase(at, 1 + random() % 4); break;
          case 4: document.insert(at, document.substr(random() % document.size(), 1 + random() % 12)); break;
          default: document[at] = static_cast<char>(document[at] + (random() % 2 ? 1 : -1));
        }
      }
      try {
        use(model_from_string(binary_of(document)));
        ++accepted;
      } catch (const FileError& error) {
        ++refused;
        EXPECT_TRUE(std::string_view(error.what()).starts_with("the text: ")) << error.what();
        EXPECT_EQ(std::string_view(error.what()).find("checksum"), std::string_view::npos) << error.what();
      }
    }
  }
  EXPECT_GT(refused, 2 * each);
  EXPECT_GT(accepted, each / 4);
}

}  // namespace
}  // namespace linden

// Files of other programs that are damaged: whatever bytes are changed, cut out or put in, a model comes of it or an
// error that is typed. LINDEN_MUTATIONS says how many of each format are tried.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <linden/interop.hpp>
#include <random>

#include "interop/small_models.hpp"

namespace linden {
namespace {

int mutations() {
  const char* const asked = std::getenv("LINDEN_MUTATIONS");
  return asked == nullptr ? 1500 : std::atoi(asked);
}

// One to four changes: a bit, a byte, a part that is cut out or repeated, a number that is put in the place of another.
std::string mutated(std::string bytes, std::mt19937& random) {
  const auto below = [&](std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random); };
  for (std::size_t changes = 1 + below(4); changes > 0 && !bytes.empty(); --changes) {
    const std::size_t at = below(bytes.size());
    const std::size_t size = std::min(1 + below(12), bytes.size() - at);
    switch (below(7)) {
      case 0: bytes[at] = static_cast<char>(bytes[at] ^ 1 << below(8)); break;
      case 1: bytes[at] = static_cast<char>(random()); break;
      case 2: bytes.erase(at, size); break;
      case 3: bytes.insert(at, bytes.substr(below(bytes.size()), size)); break;
      case 4: bytes.resize(at); break;
      case 5: {
        constexpr const char* words[] = {"-1", "2147483647", "1e308",       "NaN",  "[]",
                                         "{}", "\"\"",       "99999999999", "null", "0"};
        bytes.replace(at, size, words[below(std::size(words))]);
        break;
      }
      default: {
        constexpr std::int64_t numbers[] = {
            -1, 0, 1, 255, INT32_MAX, INT32_MIN, std::numeric_limits<std::int64_t>::max()};
        const std::int64_t number = numbers[below(std::size(numbers))];
        const std::size_t width = std::min<std::size_t>(below(2) ? 4 : 8, bytes.size() - at);
        std::memcpy(bytes.data() + at, &number, width);
      }
    }
  }
  return bytes;
}

// How many of the mutations are still models, which predict.
int still_models(const std::string& whole, unsigned seed) {
  std::mt19937 random(seed);
  int models = 0;
  for (int i = 0; i < mutations(); ++i) {
    const std::string bytes = mutated(whole, random);
    try {
      const AnyModel model = model_from_bytes(bytes);
      ++models;
      if (const auto* const trees = std::get_if<BoostedModel>(&model)) {
        std::vector<double> row(trees->feature_names().size(), 0.25), out(static_cast<std::size_t>(trees->outputs()));
        trees->predict_row(row, out);
      }
    } catch (const Error&) {
    }
  }
  return models;
}

Json with_categories() {
  Json tree = xgboost_tree();
  tree["split_type"] = {1, 0, 0, 0, 0};
  tree["categories"] = {1, 3};
  tree["categories_nodes"] = {0};
  tree["categories_segments"] = {0};
  tree["categories_sizes"] = {2};
  Json model = xgboost_json({tree});
  model["learner"]["feature_types"] = {"c", "float"};
  return model;
}

TEST(Mutations, OfXgboostsJson) {
  EXPECT_GT(still_models(xgboost_json().dump(), 1), 0);
  EXPECT_GT(still_models(with_categories().dump(), 2), 0);
}
TEST(Mutations, OfXgboostsUbjson) {
  EXPECT_GT(still_models(ubjson_of(xgboost_json()), 3), 0);
  EXPECT_GT(still_models(ubjson_of(with_categories()), 4), 0);
}
TEST(Mutations, OfXgboostsBinaryForm) {
  EXPECT_GT(still_models(xgboost_binary(), 5), 0);
  EXPECT_GT(still_models(xgboost_binary(1, 0.5f, "binary:logistic", "dart"), 6), 0);
  EXPECT_GT(still_models(xgboost_binary(1, 0.5f, "binary:logistic", "gblinear"), 7), 0);
}
TEST(Mutations, OfLiblinear) { EXPECT_GT(still_models(liblinear_text(), 8), 0); }

}  // namespace
}  // namespace linden

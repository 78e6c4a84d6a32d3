// Files of other programs that are damaged: whatever bytes are changed, cut out or put in, a model comes of it, which
// predicts, or an error that is typed; and memory stays in proportion. LINDEN_MUTATIONS says how many of each are
// tried.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <linden/interop.hpp>
#include <ostream>
#include <random>

#include "interop/format.hpp"
#include "interop/small_models.hpp"
#include "model/odd_rows.hpp"

namespace linden {
namespace {

struct Whole {
  const char* name;
  const char* format;
  std::string bytes;
};
std::ostream& operator<<(std::ostream& out, const Whole& whole) { return out << whole.name; }

std::string with_categories() {
  Json tree = xgboost_tree();
  tree["split_type"] = {1, 0, 0, 0, 0};
  tree["categories"] = {1, 3};
  tree["categories_nodes"] = {0};
  tree["categories_segments"] = {0};
  tree["categories_sizes"] = {2};
  Json model = xgboost_json({tree});
  model["learner"]["feature_types"] = {"c", "float"};
  return model.dump();
}

std::vector<Whole> wholes() {
  return {
      {"xgboost_json", "XGBoost (JSON)", xgboost_json().dump()},
      {"xgboost_json_categories", "XGBoost (JSON)", with_categories()},
      {"xgboost_ubjson", "XGBoost (UBJSON)", ubjson_of(xgboost_json())},
      {"xgboost_ubjson_categories", "XGBoost (UBJSON)", ubjson_of(Json::parse(with_categories()))},
      {"xgboost_binary", "XGBoost (binary)", xgboost_binary()},
      {"xgboost_binary_dart", "XGBoost (binary)", xgboost_binary(1, 0.5f, "binary:logistic", "dart")},
      {"xgboost_binary_linear", "XGBoost (binary)", xgboost_binary(1, 0.5f, "binary:logistic", "gblinear")},
      {"lightgbm_text", "LightGBM", lightgbm_text},
      {"lightgbm_dump", "LightGBM", lightgbm_dump},
      {"catboost_oblivious", "CatBoost (JSON)", catboost_oblivious},
      {"catboost_nested", "CatBoost (JSON)", catboost_nested},
      {"catboost_statistics", "CatBoost (JSON)", catboost_statistics},
      {"sklearn", "scikit-learn (JSON of tools/sklearn_to_json.py)", sklearn_json},
      {"onnx_weights", "ONNX", onnx_weights()},
      {"onnx_leaves", "ONNX", onnx_leaves()},
      {"onnx_line", "ONNX", onnx_line()},
      {"liblinear", "LIBLINEAR", liblinear_text()},
  };
}

int mutations() {
  const char* const asked = std::getenv("LINDEN_MUTATIONS");
  return asked == nullptr ? 1500 : std::atoi(asked);
}

// One to four changes: a bit, a byte, a part that is cut out, repeated or moved, the end, a number or word that is put
// in the place of another.
std::string mutated(std::string bytes, std::mt19937_64& random) {
  constexpr const char* words[] = {"0",    "1",    "-1",         "2",           "1e308",       "-1e-320", "1e999",
                                   "0.5",  "NaN",  "inf",        "2147483647",  "-2147483649", "[]",      "{}",
                                   "null", "\"\"", "4294967295", "99999999999", "true",        "Tree=0\n"};
  constexpr std::int64_t numbers[] = {-1, 0, 1, 255, INT32_MAX, INT32_MIN, std::numeric_limits<std::int64_t>::max()};
  const auto below = [&](std::size_t end) { return static_cast<std::size_t>(random() % end); };
  for (std::size_t changes = 1 + below(4); changes > 0 && !bytes.empty(); --changes) {
    const std::size_t at = below(bytes.size());
    const std::size_t size = std::min(1 + below(below(4) == 0 ? 60 : 6), bytes.size() - at);
    const std::string word = words[below(std::size(words))];
    switch (below(10)) {
      case 0: bytes[at] = static_cast<char>(bytes[at] ^ 1 << below(8)); break;
      case 1: bytes[at] = static_cast<char>(random()); break;
      case 2: bytes[at] = static_cast<char>('0' + below(10)); break;
      case 3: bytes.erase(at, size); break;
      case 4: bytes.insert(at, bytes.substr(at, size)); break;
      case 5: bytes.insert(below(bytes.size()), bytes.substr(at, size)); break;
      case 6: bytes.replace(at, size, word); break;
      case 7:
        if (const std::size_t end = bytes.find_first_of(" ,]\n=:", at); end != bytes.npos)
          bytes.replace(at, end - at, word);
        break;
      case 8:
        if (below(4) == 0) bytes.resize(at);
        break;
      default: {
        const std::int64_t number = numbers[below(std::size(numbers))];
        const std::size_t width = std::min<std::size_t>(below(2) ? 4 : 8, bytes.size() - at);
        std::memcpy(bytes.data() + at, &number, width);
      }
    }
  }
  return bytes;
}

void predict(const BoostedModel& model) {
  constexpr std::size_t most_features = 2000;
  if (model.feature_names().size() > most_features) return;
  model.predict(odd_rows_of(model.schema()), {.threads = 1});
  std::vector<double> row(model.feature_names().size(), 0.25), out(static_cast<std::size_t>(model.outputs()));
  model.predict_row(row, out);
}

std::int64_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} << 10;
}

class Mutations : public testing::TestWithParam<Whole> {};

TEST_P(Mutations, AreModelsOrRefused) {
  const Whole& whole = GetParam();
  const auto formats = known_formats();
  const Opening opening(whole.bytes);
  const auto format = std::ranges::find_if(formats, [&](const KnownFormat& one) { return one.recognises(opening); });
  ASSERT_NE(format, formats.end());
  ASSERT_STREQ(format->name, whole.format);
  ASSERT_NO_THROW(format->read(whole.bytes));
  constexpr std::int64_t most_memory = std::int64_t{1} << 30;  // with what sanitizers keep
  const std::int64_t memory_before = peak_memory();
  std::mt19937_64 random(std::hash<std::string>()(whole.name));
  int models = 0;
  for (int i = 0, count = mutations(); i < count; ++i) {
    const std::string bytes = mutated(whole.bytes, random);
    try {
      const AnyModel model = format->read(bytes);
      ++models;
      if (const auto* const trees = std::get_if<BoostedModel>(&model)) predict(*trees);
    } catch (const Error&) {
    } catch (const std::exception& error) {
      FAIL() << "mutation " << i << ": " << error.what() << "\n" << bytes;
    }
  }
  EXPECT_GT(models, 0);
  EXPECT_LT(models, mutations());
  EXPECT_LT(peak_memory() - memory_before, most_memory);
}

INSTANTIATE_TEST_SUITE_P(Of, Mutations, testing::ValuesIn(wholes()),
                         [](const testing::TestParamInfo<Whole>& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace linden

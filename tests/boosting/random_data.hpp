// For the tests of this folder: small random data sets of every kind of column, and models as text and bytes.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <linden/boosting.hpp>
#include <linden/error.hpp>
#include <random>
#include <string>
#include <vector>

#include "reference/grow.hpp"
#include "refusal.hpp"

namespace linden {

constexpr double missing_value = std::numeric_limits<double>::quiet_NaN();

/// The same numbers from the same seed, with every standard library.
class Random {
 public:
  explicit Random(std::uint64_t seed) : bits_(seed) {}
  double uniform() { return static_cast<double>(bits_() >> 11) * 0x1p-53; }
  int below(int n) { return static_cast<int>(uniform() * n); }
  bool chance(double p) { return uniform() < p; }
  double normal() {  // Box and Muller
    const double r = std::sqrt(-2 * std::log(1 - uniform()));
    return r * std::cos(6.283185307179586 * uniform());
  }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[below(static_cast<int>(values.size()))];
  }

 private:
  std::mt19937_64 bits_;
};

/// The names of the losses that rows have one by one; those of groups and Cox's have tests of their own
/// (ranking_test.cpp, survival_test.cpp).
inline std::vector<std::string> row_losses() {
  std::vector<std::string> names = loss::names();
  std::erase_if(names, [](const std::string& name) {
    return loss::by_name(name).label_kind() == LabelKind::grades || name == loss::cox().name();
  });
  return names;
}

/// Columns of raw values (codes for categories, -1 missing), a label and, unless empty, weights.
struct RandomData {
  std::vector<reference::Feature> features;
  std::vector<int> dictionary;  ///< how many categories a feature has by name, seen or not
  std::vector<double> label, weight;

  int rows() const { return static_cast<int>(label.size()); }

  Dataset dataset(const std::vector<std::string>& names = {}) const {
    std::vector<Column> columns;
    for (std::size_t f = 0; f < features.size(); ++f) {
      Column& column = columns.emplace_back();
      column.name = names.empty() ? fmt::format("x{}", f) : names[f];
      column.categorical = features[f].categorical;
      const std::vector<double>& values = features[f].values;
      if (column.categorical) {
        const std::vector<std::int32_t> codes(values.begin(), values.end());
        column.values = Tensor::copy_of(std::span(codes), {rows()});
        for (int code = 0; code < dictionary[f]; ++code)
          column.categories.push_back(fmt::format("c{:0{}}", code, dictionary[f] > 1000 ? 6 : 3));
      } else {
        column.values = Tensor::copy_of(std::span(values), {rows()});
      }
    }
    return Dataset::from_named(std::move(columns), Tensor::copy_of(std::span(label), {rows()}),
                               weight.empty() ? Tensor() : Tensor::copy_of(std::span(weight), {rows()}));
  }

  /// The rows that have a weight.
  RandomData counted() const {
    std::vector<int> order;
    for (int row = 0; row < rows(); ++row)
      if (weight.empty() || weight[row] > 0) order.push_back(row);
    return take(order);
  }

  /// These rows, in this order.
  RandomData take(const std::vector<int>& order) const {
    const auto pick = [&](const std::vector<double>& values) {
      std::vector<double> picked;
      for (const int row : order) picked.push_back(values[row]);
      return picked;
    };
    RandomData result = *this;
    for (reference::Feature& feature : result.features) feature.values = pick(feature.values);
    result.label = pick(label);
    if (!weight.empty()) result.weight = pick(weight);
    return result;
  }
};

/// A column of numbers with at most `distinct` values, of which a share is missing.
inline std::vector<double> random_numbers(Random& random, int rows, int distinct, double missing_share) {
  std::vector<double> levels;
  for (int i = 0; i < distinct; ++i)
    levels.push_back(random.chance(0.5) ? random.below(distinct) : random.normal() * std::pow(10, random.below(6) - 3));
  std::vector<double> values;
  for (int row = 0; row < rows; ++row)
    values.push_back(random.chance(missing_share) ? missing_value : levels[random.below(distinct)]);
  return values;
}

inline std::vector<double> random_codes(Random& random, int rows, int categories, double missing_share) {
  std::vector<double> codes;
  for (int row = 0; row < rows; ++row)  // low codes are more frequent
    codes.push_back(random.chance(missing_share) ? -1 : random.below(1 + random.below(categories)));
  return codes;
}

inline void add_numbers(RandomData& data, std::vector<double> values) {
  data.features.push_back({std::move(values), false});
  data.dictionary.push_back(0);
}

inline void add_codes(RandomData& data, std::vector<double> codes, int categories) {
  data.features.push_back({std::move(codes), true});
  data.dictionary.push_back(categories);
}

/// A label that this loss takes and that follows y.
inline double random_label(Random& random, const std::string& loss, double y, int row) {
  if (loss == "squared") return random.chance(0.02) ? 100 * y : y;
  if (loss == "logistic" || loss == "focal") return y > 0.5;
  if (loss == "huber") return random.chance(0.1) ? 30 * y : y;
  if (loss == "quantile" || loss == "absolute")  // with ties
    return random.chance(0.02) ? 100 * y : std::round(8 * y) / 8;
  if (loss == "softmax") return std::clamp(std::floor(y + 1), 0.0, 2.0);
  if (loss == "poisson") return std::floor(std::exp(y));
  // Below half of the mean the loss bends down, and where curvatures are next to nothing the last digit decides.
  if (loss == "inverse_gaussian") return 1 + 0.4 / (1 + std::exp(-y));
  switch (loss::by_name(loss).label_kind()) {  // of all other losses
    case LabelKind::real: return random.chance(0.1) ? 30 * y : y;
    case LabelKind::nonnegative: return std::floor(std::exp(y));
    case LabelKind::grades: return std::clamp(std::floor(y + 1.5), 0.0, 4.0);
    case LabelKind::share: return 1 / (1 + std::exp(-y));
    case LabelKind::positive: return std::exp(y);
    case LabelKind::times: return (random.chance(0.3) ? -1 : 1) * std::exp(std::round(4 * y) / 4);
    case LabelKind::classes: return row == 0 || (row > 1 && y > 0.5);
  }
  return y;
}

/// Columns of all kinds, with at most `distinct` values each, and a label for this loss that depends on the first.
inline RandomData random_data(Random& random, int rows, int features, const std::string& loss, int distinct = 60) {
  RandomData data;
  for (int f = 0; f < features; ++f) {
    const double missing_share = random.one_of({0.0, 0.0, 0.1, 0.5});
    switch (random.below(8)) {
      case 0: add_codes(data, random_codes(random, rows, 4, missing_share), 4); break;
      case 1: {
        const int categories = 2 + random.below(distinct - 2);
        add_codes(data, random_codes(random, rows, categories, missing_share), categories + random.below(3));
        break;
      }
      case 2: add_numbers(data, random_numbers(random, rows, 1, missing_share)); break;
      case 3: add_numbers(data, random_numbers(random, rows, 3, missing_share)); break;
      case 4: {
        const reference::Feature again =
            f > 0 ? data.features[0] : reference::Feature{std::vector<double>(rows), false};
        data.features.push_back(again);
        data.dictionary.push_back(f > 0 ? data.dictionary[0] : 0);
        break;
      }
      default: add_numbers(data, random_numbers(random, rows, 2 + random.below(distinct - 2), missing_share));
    }
  }
  for (int row = 0; row < rows; ++row) {
    const double x = data.features[0].values[row];
    const double signal = std::isnan(x) ? 1 : std::sin(3 * x);
    const double y = signal + random.normal();
    data.label.push_back(random_label(random, loss, y, row));
  }
  if (loss == "focal") data.label[1] = 0;
  if (loss == "logistic" || loss == "softmax" || loss == "focal") data.label[0] = 1;
  return data;
}

inline std::vector<int> shuffled_rows(Random& random, int rows) {
  std::vector<int> order(static_cast<std::size_t>(rows));
  for (int i = 0; i < rows; ++i) order[i] = i;
  for (int i = rows - 1; i > 0; --i) std::swap(order[i], order[random.below(i + 1)]);
  return order;
}

inline std::vector<double> numbers_of(const Tensor& values) {
  const std::span<double> all = values.span<double>();
  return {all.begin(), all.end()};
}

/// A folder of this process for files of the tests, gone at its end.
inline const std::filesystem::path& scratch() {
  struct Folder {
    std::filesystem::path path = std::filesystem::path(testing::TempDir()) / fmt::format("linden_tests_{}", ::getpid());
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() { std::filesystem::remove_all(path); }
  };
  static const Folder folder;
  return folder.path;
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::remove(path);  // some file systems sync a file that is truncated and written again
  std::ofstream(path, std::ios::binary) << text;
}

/// The bytes that save writes.
inline std::string bytes_of(const BoostedModel& model) { return model.to_string(); }

/// Trees as text: equal trees, equal text, to the last bit.
inline std::string dump(const std::vector<Tree>& trees) {
  std::string text;
  for (const Tree& tree : trees) {
    text += fmt::format("output {}\n", tree.output);
    for (const TreeNode& n : tree.nodes) {
      text += fmt::format("{} {} {:a} {} {} {} {} {} {} {:a} {:a} {}", n.feature, n.leaf, n.threshold, n.missing_left,
                          n.zero_missing, n.categorical, n.left_categories, n.left, n.right, n.gain, n.cover, n.rows);
      for (const double value : n.feature < 0 ? tree.values(n) : std::span<const double>())
        text += fmt::format(" {:a}", value);
      for (const LeafTerm& t : n.feature < 0 ? tree.terms(n) : std::span<const LeafTerm>())
        text += fmt::format(" {} {:a} {:a} {:a} {:a}", t.feature, t.slope, t.centre, t.low, t.high);
      text += "\n";
    }
  }
  return text;
}

}  // namespace linden

// For the tests of this folder: text to datasets, datasets to text, and the words of a refusal.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <linden/data.hpp>
#include <linden/error.hpp>
#include <string>
#include <string_view>

#include "data/csv/csv.hpp"
#include "data/libsvm.hpp"
#include "refusal.hpp"

namespace linden {

inline Dataset csv(std::string_view text, const CsvOptions& options = {}, std::size_t block = 0) {
  return parse_csv(Text::copy_of(text), Source("from_csv", "x.csv"), options, block);
}

/// The same by a schema.
inline Dataset csv_by(const Schema& schema, std::string_view text, const CsvOptions& options = {},
                      std::size_t block = 0) {
  return parse_csv(Text::copy_of(text), Source("from_csv", "x.csv"), options, block, &schema);
}

inline Dataset libsvm_by(const Schema& schema, std::string_view text, const LibsvmOptions& options = {}) {
  return parse_libsvm(Text::copy_of(text), Source("from_libsvm", "x.txt"), options, 0, &schema);
}

inline Dataset libsvm(std::string_view text, const LibsvmOptions& options = {}, std::size_t block = 0) {
  return parse_libsvm(Text::copy_of(text), Source("from_libsvm", "x.txt"), options, block);
}

/// The numbers of a vector of any dtype, of a matrix row by row.
inline std::vector<double> numbers(const Tensor& values) {
  std::vector<double> all;
  if (values.rank() == 2) return numbers(values.reshape({values.elements()}));
  for (std::int64_t i = 0; i < values.elements(); ++i) switch (values.dtype()) {
      case DType::f32: all.push_back(values.at<float>({i})); break;
      case DType::f64: all.push_back(values.at<double>({i})); break;
      case DType::i32: all.push_back(values.at<std::int32_t>({i})); break;
      default: all.push_back(static_cast<double>(values.at<std::int64_t>({i})));
    }
  return all;
}

/// Everything a dataset holds: equal datasets have equal text.
inline std::string dump(const Dataset& data) {
  std::string text =
      fmt::format("{} rows, label {} {} {}, weight {}\n", data.rows(), fmt::join(data.label_names(), " "),
                  numbers(data.label()), data.classes(), numbers(data.weight()));
  if (data.has_groups()) text += fmt::format("groups {} {}\n", data.schema().group_name, numbers(data.groups()));
  if (data.has_offset())
    text += fmt::format("offset {} {} {}\n", fmt::join(data.schema().offset_names, " "), data.offset().shape().text(),
                        numbers(data.offset()));
  for (const Column& column : data.columns())
    text += fmt::format("{} {} {} {} {}\n", column.name, name_of(column.values.dtype()), column.categorical,
                        numbers(column.values), column.categories);
  if (data.is_sparse())
    text += fmt::format("{} {} {} {} {}\n", data.sparse().names, name_of(data.sparse().values.dtype()),
                        numbers(data.sparse().offsets), numbers(data.sparse().columns), numbers(data.sparse().values));
  return text;
}

/// A file in the tests' scratch folder, gone when the test is.
class ScratchFile {
 public:
  ScratchFile(std::string name, std::string_view text) {
    name = fmt::format("linden_{}_{}", testing::UnitTest::GetInstance()->current_test_info()->name(), name);
    std::ranges::replace(name, '/', '_');  // of tests with parameters
    path_ = std::filesystem::path(testing::TempDir()) / name;
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~ScratchFile() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The folder of real data beside the source tree, where there is one.
inline std::filesystem::path real_data(const std::string& name) {
  return std::filesystem::path(LINDEN_SOURCE_DIR) / ".." / "shared" / "data" / name;
}

}  // namespace linden

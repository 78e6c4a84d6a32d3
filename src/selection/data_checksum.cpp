#include "selection/data_checksum.hpp"

#include <fmt/format.h>

#include <span>
#include <string_view>

#include "json/byte_reader.hpp"

namespace linden {
namespace {

template <class T>
void add(Checksum& sum, std::span<const T> values) {
  const std::size_t size = values.size();
  sum.add({reinterpret_cast<const char*>(&size), sizeof size});
  sum.add({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

void add(Checksum& sum, const Tensor& any) {
  if (any.elements() == 0) return add(sum, std::span<const double>());
  const Tensor values = any.contiguous();
  switch (values.dtype()) {
    case DType::f32: return add(sum, values.span<const float>());
    case DType::f64: return add(sum, values.span<const double>());
    case DType::i64: return add(sum, values.span<const std::int64_t>());
    default: return add(sum, values.span<const std::int32_t>());
  }
}

void add(Checksum& sum, const std::vector<std::string>& words) {
  for (const std::string& word : words) add(sum, std::span(word.data(), word.size()));
  sum.add(";");
}

std::string text_of(const Checksum& sum) { return fmt::format("{:016x}", sum.value()); }

}  // namespace

std::string checksum_of(const Dataset& data) {
  Checksum sum;
  add(sum, data.feature_names());
  for (const Column& column : data.columns()) {
    add(sum, column.values);
    add(sum, column.categories);
  }
  add(sum, data.sparse().offsets);
  add(sum, data.sparse().columns);
  add(sum, data.sparse().values);
  add(sum, data.label());
  add(sum, data.classes());
  add(sum, data.weight());
  add(sum, data.groups());
  add(sum, data.offset());
  return text_of(sum);
}

std::string checksum_of(const std::vector<Fold>& folds) {
  Checksum sum;
  for (const Fold& fold : folds) {
    add(sum, std::span(fold.train));
    add(sum, std::span(fold.test));
  }
  return text_of(sum);
}

}  // namespace linden

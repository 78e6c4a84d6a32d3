#include "linear/design/device_design.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "linear/design/by_column.hpp"
#include "rows/copy_rows.hpp"

namespace linden {
namespace {

constexpr std::int64_t alignment = 256;                       // bytes, of columns
constexpr std::int64_t part_bytes = std::int64_t{128} << 20;  // of host memory at a time
constexpr std::int64_t block_rows = 256;

std::int64_t bytes_of(DType dtype) { return static_cast<std::int64_t>(size_of(dtype)); }

DType common_dtype(const DesignView& view) {
  if (view.sparse) return DType::f64;
  const bool all_f32 = std::all_of(view.columns, view.columns + view.features,
                                   [](const ColumnView& c) { return c.dtype == DType::f32; });
  return all_f32 ? DType::f32 : DType::f64;
}

}  // namespace

DeviceDesign::DeviceDesign(const Backend& backend, Context& context, const Design& design, bool as_dense)
    : backend_(backend), context_(context), design_(design), view_(design.view()) {
  if (backend.memory.is_host) return;
  if (view_.sparse && !as_dense)
    upload_sparse();
  else
    upload_dense();
  view_.sparse = view_.sparse && !as_dense;
  view_.all_f32 = !view_.sparse && common_dtype(design.view()) == DType::f32;
  update();
}

void DeviceDesign::update() {
  const DesignView host = design_.view();
  shift_ = OnDevice<double>(backend_.memory, context_, host.shift, host.features, "the design");
  factor_ = OnDevice<double>(backend_.memory, context_, host.factor, host.features, "the design");
  view_.shift = shift_.data();
  view_.factor = factor_.data();
}

void DeviceDesign::upload_dense() {
  const DType dtype = common_dtype(view_);
  const std::int64_t size = bytes_of(dtype), rows = view_.rows, columns = view_.features;
  const std::int64_t stride = (rows * size + alignment - 1) / alignment * alignment;  // bytes
  values_ = DeviceArray<std::uint8_t>(backend_.memory, context_, columns * stride, "the design");
  if (columns > 0) {
    const std::int64_t part = std::clamp<std::int64_t>(part_bytes / (columns * size) / block_rows * block_rows,
                                                       block_rows, rows + block_rows);
    std::vector<char> buffer(static_cast<std::size_t>(std::min(part, rows) * columns * size));
    for (std::int64_t begin = 0; begin < rows; begin += part) {
      const std::int64_t count = std::min(part, rows - begin);
      context_.workers.chunks(count, block_rows, [&](std::int64_t first, std::int64_t last, std::int64_t, int) {
        if (dtype == DType::f32)
          copy_rows(view_, begin + first, begin + last, reinterpret_cast<float*>(buffer.data()) + first, count);
        else
          copy_rows(view_, begin + first, begin + last, reinterpret_cast<double*>(buffer.data()) + first, count);
      });
      for (std::int64_t j = 0; j < columns; ++j)
        backend_.memory.upload(context_, values_.data() + j * stride + begin * size, buffer.data() + j * count * size,
                               count * size);
    }
  }
  std::vector<ColumnView> list;
  for (std::int64_t j = 0; j < columns; ++j) list.push_back({values_.data() + j * stride, 1, dtype});
  columns_ = DeviceArray<ColumnView>(backend_.memory, context_, columns, "the design");
  if (columns > 0) columns_.upload(list.data());
  view_.columns = columns_.data();
}

void DeviceDesign::upload_sparse() {
  const ByColumn by_column(view_);
  const std::int64_t entries = view_.entries.offsets[view_.rows], bytes = entries * bytes_of(view_.entries.dtype);
  const auto place = [&]<class T>(DeviceArray<T>& array, const T* values, std::int64_t count) {
    array = DeviceArray<T>(backend_.memory, context_, count, "the design");
    if (count > 0) array.upload(values);
    return array.data();
  };
  view_.by_column = {place(column_offsets_, by_column.offsets.data(), std::int64_t{view_.features} + 1),
                     place(column_indices_, by_column.indices.data(), entries),
                     place(column_values_, reinterpret_cast<const std::uint8_t*>(by_column.values.data()), bytes),
                     view_.entries.dtype};
  view_.entries = {place(offsets_, view_.entries.offsets, view_.rows + 1),
                   place(indices_, view_.entries.indices, entries),
                   place(values_, static_cast<const std::uint8_t*>(view_.entries.values), bytes), view_.entries.dtype};
}

}  // namespace linden

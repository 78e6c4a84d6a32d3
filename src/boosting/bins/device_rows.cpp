#include "boosting/bins/device_rows.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace linden {
namespace {

constexpr std::int64_t alignment = 256;
constexpr std::int64_t direct_bytes = std::int64_t{1} << 20;  // contiguous columns of so much are copied as they are
constexpr std::size_t nothing = std::numeric_limits<std::size_t>::max();

std::int64_t aligned(std::int64_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

std::int64_t size_of(NumberKind kind) { return kind == NumberKind::f64 ? 8 : 4; }

const std::byte* value_at(const ColumnView& column, std::int64_t row) {
  return static_cast<const std::byte*>(column.values) + row * column.stride * size_of(column.kind);
}

template <class T>
void gather(const std::byte* from, std::int64_t stride, std::int64_t count, std::byte* to) {
  for (std::int64_t i = 0; i < count; ++i)
    std::memcpy(to + i * static_cast<std::int64_t>(sizeof(T)), from + i * stride * static_cast<std::int64_t>(sizeof(T)),
                sizeof(T));
}

bool is_direct(const ColumnView& column, std::int64_t rows) {
  return column.stride == 1 && rows * size_of(column.kind) >= direct_bytes;
}

}  // namespace

DeviceRows::DeviceRows(const Backend& backend, Context& context, const RawView& raw, const Limits& limits)
    : memory_(backend.memory),
      context_(context),
      host_(raw.rows()),
      feature_of_column_(raw.feature_of_column()),
      bounds_{0} {
  if (host_.rows == 0) return;
  if (memory_.is_host)
    bounds_.push_back(host_.rows);
  else if (host_.columns != nullptr)
    plan_columns(limits.part_bytes);
  else
    plan_entries(limits.part_bytes);
  if (memory_.is_host) return;
  const std::int64_t parts = static_cast<std::int64_t>(bounds_.size()) - 1;
  const std::int64_t held = parts * part_size_ <= limits.keep_bytes ? parts : 1;
  for (std::int64_t i = 0; i < held; ++i) memories_.emplace_back(memory_, context_, part_size_, "raw rows");
  loaded_.assign(static_cast<std::size_t>(held), nothing);
}

// Parts of equally many rows; columns that must be gathered come first.
void DeviceRows::plan_columns(std::int64_t bytes) {
  columns_.assign(host_.columns, host_.columns + host_.features);
  std::int64_t row_bytes = 0;
  for (const ColumnView& column : columns_) row_bytes += size_of(column.kind);
  const std::int64_t fit = std::max<std::int64_t>(bytes / std::max<std::int64_t>(row_bytes, 1), 1);
  for (std::int64_t end = 0; end < host_.rows; bounds_.push_back(end)) end = std::min(end + fit, host_.rows);
  const std::int64_t rows = std::min(fit, host_.rows);
  places_.resize(columns_.size());
  for (const bool direct : {false, true}) {
    for (std::size_t f = 0; f < columns_.size(); ++f) {
      if (is_direct(columns_[f], rows) != direct) continue;
      places_[f] = part_size_;
      part_size_ += aligned(rows * size_of(columns_[f].kind));
    }
    if (!direct) staged_size_ = part_size_;
  }

  std::vector<std::int32_t> codes;
  for (const ColumnView& column : columns_)
    if (column.code != nullptr) codes.insert(codes.end(), column.code, column.code + column.codes);
  codes_ = DeviceArray<std::int32_t>(memory_, context_, static_cast<std::int64_t>(codes.size()), "category codes");
  codes_.upload(codes.data());
  const std::int32_t* code = codes_.data();
  for (ColumnView& column : columns_) {
    if (column.code == nullptr) continue;
    column.code = code;
    code += column.codes;
  }
}

// Parts of as many rows as have their entries in so many bytes.
void DeviceRows::plan_entries(std::int64_t bytes) {
  const std::int64_t entry_bytes = 4 + size_of(host_.entry_kind);
  std::int64_t rows = 0, entries = 0;
  for (std::int64_t begin = 0, end = 0; begin < host_.rows; begin = end, bounds_.push_back(end)) {
    end = begin + 1;
    const auto size = [&](std::int64_t to) {
      return (to - begin) * 8 + (host_.offsets[to] - host_.offsets[begin]) * entry_bytes;
    };
    for (std::int64_t step = std::int64_t{1} << 40; step > 0; step /= 2)
      if (end + step <= host_.rows && size(end + step) <= bytes) end += step;
    rows = std::max(rows, end - begin);
    entries = std::max(entries, host_.offsets[end] - host_.offsets[begin]);
  }
  places_ = {0, aligned((rows + 1) * 8)};
  places_.push_back(places_[1] + aligned(entries * 4));
  part_size_ = places_[2] + entries * size_of(host_.entry_kind);
}

RowsView DeviceRows::load(std::size_t part) {
  if (memories_.empty()) return host_;
  const std::size_t held = part % memories_.size();
  const bool is_there = loaded_[held] == part;
  loaded_[held] = nothing;  // should the copy fail
  std::byte* const to = memories_[held].data();
  const RowsView rows = host_.columns != nullptr ? load_columns(to, bounds_[part], bounds_[part + 1], is_there)
                                                 : load_entries(to, bounds_[part], bounds_[part + 1], is_there);
  loaded_[held] = part;
  if (memories_.size() > 1 && part + 1 == memories_.size()) staging_ = Memory();
  return rows;
}

RowsView DeviceRows::load_columns(std::byte* to, std::int64_t begin, std::int64_t end, bool is_there) {
  if (!is_there && staged_size_ > 0) {
    if (staging_.data() == nullptr) staging_ = Memory(static_cast<std::size_t>(staged_size_));
    context_.workers.chunks(end - begin, 1024, [&](std::int64_t first, std::int64_t last, std::int64_t, int) {
      for (std::size_t f = 0; f < columns_.size(); ++f) {
        const ColumnView& column = host_.columns[f];
        if (places_[f] >= staged_size_) continue;
        const std::byte* const from = value_at(column, begin + first);
        std::byte* const out = staging_.as<std::byte>() + places_[f] + first * size_of(column.kind);
        if (size_of(column.kind) == 8)
          gather<double>(from, column.stride, last - first, out);
        else
          gather<float>(from, column.stride, last - first, out);
      }
    });
    memory_.upload(context_, to, staging_.data(), staged_size_);
  }
  for (std::size_t f = 0; f < columns_.size(); ++f) {
    const ColumnView& column = host_.columns[f];
    if (!is_there && places_[f] >= staged_size_)
      memory_.upload(context_, to + places_[f], value_at(column, begin), (end - begin) * size_of(column.kind));
    columns_[f].values = to + places_[f];
    columns_[f].stride = 1;
  }
  RowsView rows = host_;
  rows.rows = end - begin;
  rows.columns = columns_.empty() ? host_.columns : columns_.data();  // never null: that would say "sparse"
  return rows;
}

RowsView DeviceRows::load_entries(std::byte* to, std::int64_t begin, std::int64_t end, bool is_there) {
  const std::int64_t first = host_.offsets[begin], count = host_.offsets[end] - first;
  const std::int64_t value_size = size_of(host_.entry_kind);
  if (!is_there) {
    std::vector<std::int64_t> offsets(host_.offsets + begin, host_.offsets + end + 1);
    for (std::int64_t& offset : offsets) offset -= first;
    memory_.upload(context_, to, offsets.data(), static_cast<std::int64_t>(offsets.size()) * 8);
    memory_.upload(context_, to + places_[1], host_.entry_columns + first, count * 4);
    memory_.upload(context_, to + places_[2], static_cast<const std::byte*>(host_.entry_values) + first * value_size,
                   count * value_size);
  }
  RowsView rows = host_;
  rows.rows = end - begin;
  rows.offsets = reinterpret_cast<const std::int64_t*>(to);
  rows.entry_columns = reinterpret_cast<const std::int32_t*>(to + places_[1]);
  rows.entry_values = to + places_[2];
  return rows;
}

RowsView DeviceRows::selected(RowsView rows, std::span<const int> features) {
  rows.features = static_cast<std::int32_t>(features.size());
  if (rows.columns != nullptr) {
    selected_columns_.clear();
    for (const int feature : features) selected_columns_.push_back(rows.columns[feature]);
    selected_columns_.emplace_back();  // never empty, so that its address says "dense"
    rows.columns = selected_columns_.data();
    return rows;
  }
  std::vector<std::int32_t> place(static_cast<std::size_t>(host_.features), -1);
  for (std::size_t i = 0; i < features.size(); ++i) place[features[i]] = static_cast<std::int32_t>(i);
  selected_features_.clear();
  for (const std::int32_t feature : feature_of_column_) selected_features_.push_back(feature < 0 ? -1 : place[feature]);
  rows.feature_of_column = selected_features_.data();
  if (memories_.empty()) return rows;
  if (device_features_.size() == 0)
    device_features_ = DeviceArray<std::int32_t>(
        memory_, context_, static_cast<std::int64_t>(selected_features_.size()), "features of columns");
  device_features_.upload(selected_features_.data());
  rows.feature_of_column = device_features_.data();
  return rows;
}

}  // namespace linden

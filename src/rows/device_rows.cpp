#include "rows/device_rows.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "backend/raw_value.hpp"
#include "rows/by_column.hpp"
#include "rows/copy_rows.hpp"

namespace linden {
namespace {

constexpr std::int64_t alignment = 256;
constexpr std::int64_t direct_bytes = std::int64_t{1} << 20;  // contiguous columns of so much are copied as they are
constexpr std::int64_t staged_most = std::int64_t{256} << 20;
constexpr std::int64_t chunk_rows = 1024;

std::int64_t aligned(std::int64_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

std::int64_t bytes_of(DType dtype) { return static_cast<std::int64_t>(size_of(dtype)); }

const std::byte* address_of(const ColumnView& column, std::int64_t row) {
  return static_cast<const std::byte*>(column.values) + row * column.stride * bytes_of(column.dtype);
}

template <class T>
void gather(const std::byte* from, std::int64_t stride, std::int64_t count, std::byte* to) {
  for (std::int64_t i = 0; i < count; ++i)
    std::memcpy(to + i * static_cast<std::int64_t>(sizeof(T)), from + i * stride * static_cast<std::int64_t>(sizeof(T)),
                sizeof(T));
}

}  // namespace

DeviceRows::DeviceRows(const Backend& backend, Context& context, const RowsView& host, const Layout& layout)
    : memory_(backend.memory),
      context_(context),
      host_(host),
      layout_(layout),
      all_(static_cast<std::size_t>(host.features)),
      bounds_{0} {
  std::iota(all_.begin(), all_.end(), 0);
  if (host_.rows == 0) return;
  if (memory_.is_host) {
    bounds_.push_back(host_.rows);
    return;
  }
  has_columns() ? plan_columns() : plan_entries();
  const std::int64_t parts = std::ssize(bounds_) - 1, fit = layout_.keep_bytes / std::max<std::int64_t>(part_size_, 1);
  rooms_.resize(static_cast<std::size_t>(std::clamp<std::int64_t>(fit, 1, parts)));
  for (Room& room : rooms_) room.memory = DeviceArray<std::byte>(memory_, context_, part_size_, "raw rows");
}

DType DeviceRows::dtype_of_column(std::size_t feature) const {
  if (host_.sparse) return DType::f64;
  if (layout_.one_dtype) return host_.all_f32 ? DType::f32 : DType::f64;
  return host_.columns[feature].dtype;
}

// Whether a column is copied from where it is.
bool DeviceRows::is_direct(std::size_t feature, std::int64_t rows) const {
  if (host_.sparse) return false;
  const ColumnView& column = host_.columns[feature];
  return column.stride == 1 && column.dtype == dtype_of_column(feature) &&
         rows * bytes_of(column.dtype) >= direct_bytes;
}

// Parts of equally many rows; columns that must be gathered come first.
void DeviceRows::plan_columns() {
  const std::size_t features = all_.size();
  std::int64_t row_bytes = 0, staged_bytes = 0;
  for (std::size_t f = 0; f < features; ++f) row_bytes += bytes_of(dtype_of_column(f));
  const std::int64_t together = layout_.rows_together;
  const std::int64_t fit = layout_.part_bytes / std::max<std::int64_t>(row_bytes, 1) / together * together;
  const std::int64_t rows = std::min(std::max(fit, together), host_.rows);
  for (std::int64_t end = 0; end < host_.rows; bounds_.push_back(end)) end = std::min(end + rows, host_.rows);
  places_.resize(features);
  for (const bool direct : {false, true}) {
    for (std::size_t f = 0; f < features; ++f) {
      if (is_direct(f, rows) != direct) continue;
      places_[f] = part_size_;
      part_size_ += aligned(rows * bytes_of(dtype_of_column(f)));
      staged_bytes += direct ? 0 : bytes_of(dtype_of_column(f));
    }
    if (!direct) staged_size_ = part_size_;
  }
  const std::int64_t at_once = staged_most / std::max<std::int64_t>(staged_bytes, 1) / chunk_rows * chunk_rows;
  slice_rows_ = std::min(std::max(at_once, chunk_rows), rows);
  slice_places_.resize(features);
  for (std::size_t f = 0; f < features; ++f) {
    if (places_[f] >= staged_size_) continue;
    slice_places_[f] = slice_size_;
    slice_size_ += aligned(slice_rows_ * bytes_of(dtype_of_column(f)));
  }

  std::vector<std::int32_t> codes;
  for (std::size_t f = 0; f < features && !host_.sparse; ++f) {
    const ColumnView& column = host_.columns[f];
    code_places_.push_back(std::ssize(codes));
    if (column.code != nullptr) codes.insert(codes.end(), column.code, column.code + column.codes);
  }
  codes_ = DeviceArray<std::int32_t>(memory_, context_, std::ssize(codes), "category codes");
  codes_.upload(codes.data());
}

// Parts of as many rows as have their entries in so many bytes.
void DeviceRows::plan_entries() {
  const std::int64_t* const offsets = host_.entries.offsets;
  const std::int64_t value_bytes = bytes_of(host_.entries.dtype);
  std::int64_t rows = 0, entries = 0;
  for (std::int64_t begin = 0, end = 0; begin < host_.rows; begin = end, bounds_.push_back(end)) {
    end = begin + 1;
    const std::int64_t entry_bytes = (4 + value_bytes) * (layout_.by_column ? 2 : 1);
    const auto size = [&](std::int64_t to) { return (to - begin) * 8 + (offsets[to] - offsets[begin]) * entry_bytes; };
    for (std::int64_t step = std::int64_t{1} << 40; step > 0; step /= 2)
      if (end + step <= host_.rows && size(end + step) <= layout_.part_bytes) end += step;
    rows = std::max(rows, end - begin);
    entries = std::max(entries, offsets[end] - offsets[begin]);
  }
  places_ = {0, aligned((rows + 1) * 8)};
  places_.push_back(places_[1] + aligned(entries * 4));
  part_size_ = places_[2] + entries * value_bytes;
  if (!layout_.by_column) return;
  places_.push_back(aligned(part_size_));
  places_.push_back(places_[3] + aligned((std::int64_t{host_.entry_columns} + 1) * 8));
  places_.push_back(places_[4] + aligned(entries * 4));
  part_size_ = places_[5] + entries * value_bytes;
}

RowsView DeviceRows::load(std::size_t part, std::span<const int> features) {
  if (memory_.is_host) return on_host(features);
  const std::size_t parts = bounds_.size() - 1;
  Room& room = rooms_[std::min(part, rooms_.size() - 1)];
  const bool is_there = room.is_loaded && room.part == part;
  if (is_there && (are_all(features) ? room.has_all : std::ranges::equal(room.features, features))) return room.view;
  room.is_loaded = false;  // should a copy fail
  if (!is_there) {
    if (has_columns())
      load_columns(room.memory.data(), bounds_[part], bounds_[part + 1]);
    else
      load_entries(room.memory.data(), bounds_[part], bounds_[part + 1]);
    if (part + 1 == parts && rooms_.size() == parts) staging_ = Memory();
  }
  room.view.rows = bounds_[part + 1] - bounds_[part];
  select(room, features);
  room.part = part;
  room.is_loaded = true;
  return room.view;
}

void DeviceRows::load_columns(std::byte* to, std::int64_t begin, std::int64_t end) {
  for (std::int64_t first = begin; staged_size_ > 0 && first < end; first += slice_rows_) {
    const std::int64_t last = std::min(first + slice_rows_, end);
    stage(first, last);
    if (slice_size_ == staged_size_) {  // the whole part
      memory_.upload(context_, to, staging_.data(), staged_size_);
      continue;
    }
    for (std::size_t f = 0; f < places_.size(); ++f) {
      if (places_[f] >= staged_size_) continue;
      const std::int64_t size = bytes_of(dtype_of_column(f));
      memory_.upload(context_, to + places_[f] + (first - begin) * size, staging_.as<std::byte>() + slice_places_[f],
                     (last - first) * size);
    }
  }
  for (std::size_t f = 0; f < places_.size(); ++f)
    if (places_[f] >= staged_size_)
      memory_.upload(context_, to + places_[f], address_of(host_.columns[f], begin),
                     (end - begin) * bytes_of(host_.columns[f].dtype));
}

// Gathers columns that cannot be copied as they are.
void DeviceRows::stage(std::int64_t begin, std::int64_t end) {
  if (staging_.data() == nullptr) staging_ = Memory(static_cast<std::size_t>(slice_size_));
  context_.workers.chunks(end - begin, chunk_rows, [&](std::int64_t first, std::int64_t last, std::int64_t, int) {
    if (host_.sparse)
      return copy_rows(host_, begin + first, begin + last, staging_.as<double>() + first, aligned(slice_rows_ * 8) / 8);
    for (std::size_t f = 0; f < places_.size(); ++f) {
      if (places_[f] >= staged_size_) continue;
      const ColumnView& column = host_.columns[f];
      const DType dtype = dtype_of_column(f);
      std::byte* const out = staging_.as<std::byte>() + slice_places_[f] + first * bytes_of(dtype);
      if (column.dtype != dtype)
        read_column(column, begin + first, begin + last, reinterpret_cast<double*>(out), 1);
      else if (bytes_of(dtype) == 8)
        gather<double>(address_of(column, begin + first), column.stride, last - first, out);
      else
        gather<float>(address_of(column, begin + first), column.stride, last - first, out);
    }
  });
}

void DeviceRows::load_entries(std::byte* to, std::int64_t begin, std::int64_t end) {
  const EntriesView& host = host_.entries;
  const std::int64_t first = host.offsets[begin], count = host.offsets[end] - first;
  const std::int64_t value_bytes = bytes_of(host.dtype);
  std::vector<std::int64_t> offsets(host.offsets + begin, host.offsets + end + 1);
  for (std::int64_t& offset : offsets) offset -= first;
  memory_.upload(context_, to, offsets.data(), std::ssize(offsets) * 8);
  memory_.upload(context_, to + places_[1], host.indices + first, count * 4);
  memory_.upload(context_, to + places_[2], static_cast<const std::byte*>(host.values) + first * value_bytes,
                 count * value_bytes);
  if (!layout_.by_column) return;
  RowsView rows = host_;
  rows.rows = end - begin;
  rows.entries.offsets = host.offsets + begin;
  const ByColumn by_column(rows);
  memory_.upload(context_, to + places_[3], by_column.offsets.data(), std::ssize(by_column.offsets) * 8);
  memory_.upload(context_, to + places_[4], by_column.indices.data(), count * 4);
  memory_.upload(context_, to + places_[5], by_column.values.data(), count * value_bytes);
}

void DeviceRows::select(Room& room, std::span<const int> features) {
  const auto place = [&]<class T>(DeviceArray<T>& array, const T* list, std::int64_t count) -> const T* {
    if (count == 0) return nullptr;
    if (array.size() != count) array = DeviceArray<T>(memory_, context_, count, "the list of raw features");
    array.upload(list);
    return array.data();
  };
  const std::byte* const memory = room.memory.data();
  const auto entries_at = [&](std::size_t first) {
    return EntriesView{reinterpret_cast<const std::int64_t*>(memory + places_[first]),
                       reinterpret_cast<const std::int32_t*>(memory + places_[first + 1]), memory + places_[first + 2],
                       host_.entries.dtype};
  };
  RowsView view = host_;
  view.rows = room.view.rows;
  view.features = static_cast<std::int32_t>(features.size());
  if (has_columns()) {
    std::vector<ColumnView> columns;
    for (const int f : features) {
      ColumnView& column = columns.emplace_back(host_.sparse ? ColumnView{} : host_.columns[f]);
      column.values = memory + places_[f];
      column.stride = 1;
      column.dtype = dtype_of_column(static_cast<std::size_t>(f));
      if (column.code != nullptr) column.code = codes_.data() + code_places_[f];
    }
    view.sparse = false;
    view.entries = {};
    view.all_f32 = std::ranges::all_of(columns, [](const ColumnView& c) { return c.dtype == DType::f32; });
    view.columns = place(room.columns, columns.data(), view.features);
  } else {
    view.entries = entries_at(0);
    if (layout_.by_column)
      view.by_column = entries_at(3);
    else
      view.feature_of_column =
          place(room.feature_of_column, SelectedRows(host_, features).view().feature_of_column, view.entry_columns);
  }
  room.view = view;
  room.has_all = are_all(features);
  room.features.assign(features.begin(), features.end());
}

RowsView DeviceRows::on_host(std::span<const int> features) {
  if (are_all(features) || std::ranges::equal(features, all_)) return host_;
  return on_host_.emplace(host_, features).view();
}

}  // namespace linden

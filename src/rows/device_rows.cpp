#include "rows/device_rows.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace linden {
namespace {

constexpr std::int64_t alignment = 256;
constexpr std::int64_t direct_bytes = std::int64_t{1} << 20;  // contiguous columns of so much are copied as they are

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

bool is_direct(const ColumnView& column, std::int64_t rows) {
  return column.stride == 1 && rows * bytes_of(column.dtype) >= direct_bytes;
}

}  // namespace

DeviceRows::DeviceRows(const Backend& backend, Context& context, const RowsView& host, const Limits& limits)
    : memory_(backend.memory),
      context_(context),
      host_(host),
      all_(static_cast<std::size_t>(host.features)),
      bounds_{0} {
  std::iota(all_.begin(), all_.end(), 0);
  if (host_.rows == 0) return;
  if (memory_.is_host) {
    bounds_.push_back(host_.rows);
    return;
  }
  host_.sparse ? plan_entries(limits.part_bytes) : plan_columns(limits.part_bytes);
  const auto parts = std::ssize(bounds_) - 1;
  rooms_.resize(static_cast<std::size_t>(parts * part_size_ <= limits.keep_bytes ? parts : 1));
  for (Room& room : rooms_) room.memory = DeviceArray<std::byte>(memory_, context_, part_size_, "raw rows");
}

// Parts of equally many rows; columns that must be gathered come first.
void DeviceRows::plan_columns(std::int64_t bytes) {
  const std::span columns(host_.columns, all_.size());
  std::int64_t row_bytes = 0;
  for (const ColumnView& column : columns) row_bytes += bytes_of(column.dtype);
  const std::int64_t fit = std::max<std::int64_t>(bytes / std::max<std::int64_t>(row_bytes, 1), 1);
  for (std::int64_t end = 0; end < host_.rows; bounds_.push_back(end)) end = std::min(end + fit, host_.rows);
  const std::int64_t rows = std::min(fit, host_.rows);
  places_.resize(columns.size());
  for (const bool direct : {false, true}) {
    for (std::size_t f = 0; f < columns.size(); ++f) {
      if (is_direct(columns[f], rows) != direct) continue;
      places_[f] = part_size_;
      part_size_ += aligned(rows * bytes_of(columns[f].dtype));
    }
    if (!direct) staged_size_ = part_size_;
  }

  std::vector<std::int32_t> codes;
  for (const ColumnView& column : columns) {
    code_places_.push_back(std::ssize(codes));
    if (column.code != nullptr) codes.insert(codes.end(), column.code, column.code + column.codes);
  }
  codes_ = DeviceArray<std::int32_t>(memory_, context_, std::ssize(codes), "category codes");
  codes_.upload(codes.data());
}

// Parts of as many rows as have their entries in so many bytes.
void DeviceRows::plan_entries(std::int64_t bytes) {
  const std::int64_t* const offsets = host_.entries.offsets;
  const std::int64_t value_bytes = bytes_of(host_.entries.dtype);
  std::int64_t rows = 0, entries = 0;
  for (std::int64_t begin = 0, end = 0; begin < host_.rows; begin = end, bounds_.push_back(end)) {
    end = begin + 1;
    const auto size = [&](std::int64_t to) {
      return (to - begin) * 8 + (offsets[to] - offsets[begin]) * (4 + value_bytes);
    };
    for (std::int64_t step = std::int64_t{1} << 40; step > 0; step /= 2)
      if (end + step <= host_.rows && size(end + step) <= bytes) end += step;
    rows = std::max(rows, end - begin);
    entries = std::max(entries, offsets[end] - offsets[begin]);
  }
  places_ = {0, aligned((rows + 1) * 8)};
  places_.push_back(places_[1] + aligned(entries * 4));
  part_size_ = places_[2] + entries * value_bytes;
}

RowsView DeviceRows::load(std::size_t part, std::span<const int> features) {
  if (memory_.is_host) return on_host(features);
  Room& room = rooms_[part % rooms_.size()];
  const bool is_there = room.is_loaded && room.part == part;
  if (is_there && std::ranges::equal(room.features, features)) return room.view;
  room.is_loaded = false;  // should a copy fail
  if (!is_there) {
    if (host_.sparse)
      load_entries(room.memory.data(), bounds_[part], bounds_[part + 1]);
    else
      load_columns(room.memory.data(), bounds_[part], bounds_[part + 1]);
    if (rooms_.size() > 1 && part + 1 == rooms_.size()) staging_ = Memory();
  }
  room.view.rows = bounds_[part + 1] - bounds_[part];
  select(room, features);
  room.part = part;
  room.is_loaded = true;
  return room.view;
}

void DeviceRows::load_columns(std::byte* to, std::int64_t begin, std::int64_t end) {
  if (staged_size_ > 0) {
    if (staging_.data() == nullptr) staging_ = Memory(static_cast<std::size_t>(staged_size_));
    context_.workers.chunks(end - begin, 1024, [&](std::int64_t first, std::int64_t last, std::int64_t, int) {
      for (std::size_t f = 0; f < places_.size(); ++f) {
        const ColumnView& column = host_.columns[f];
        if (places_[f] >= staged_size_) continue;
        const std::byte* const from = address_of(column, begin + first);
        std::byte* const out = staging_.as<std::byte>() + places_[f] + first * bytes_of(column.dtype);
        if (bytes_of(column.dtype) == 8)
          gather<double>(from, column.stride, last - first, out);
        else
          gather<float>(from, column.stride, last - first, out);
      }
    });
    memory_.upload(context_, to, staging_.data(), staged_size_);
  }
  for (std::size_t f = 0; f < places_.size(); ++f)
    if (places_[f] >= staged_size_)
      memory_.upload(context_, to + places_[f], address_of(host_.columns[f], begin),
                     (end - begin) * bytes_of(host_.columns[f].dtype));
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
}

void DeviceRows::select(Room& room, std::span<const int> features) {
  const auto place = [&]<class T>(DeviceArray<T>& array, const T* list, std::int64_t count) -> const T* {
    if (count == 0) return nullptr;
    if (array.size() != count) array = DeviceArray<T>(memory_, context_, count, "the list of raw features");
    array.upload(list);
    return array.data();
  };
  const std::int64_t rows = room.view.rows;
  const SelectedRows selected(host_, features);
  RowsView& view = room.view = selected.view();
  view.rows = rows;
  const std::byte* const memory = room.memory.data();
  if (view.sparse) {
    view.entries.offsets = reinterpret_cast<const std::int64_t*>(memory);
    view.entries.indices = reinterpret_cast<const std::int32_t*>(memory + places_[1]);
    view.entries.values = memory + places_[2];
    view.feature_of_column = place(room.feature_of_column, view.feature_of_column, view.entry_columns);
  } else {
    std::vector<ColumnView> columns(view.columns, view.columns + view.features);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      columns[i].values = memory + places_[features[i]];
      columns[i].stride = 1;
      if (columns[i].code != nullptr) columns[i].code = codes_.data() + code_places_[features[i]];
    }
    view.columns = place(room.columns, columns.data(), view.features);
  }
  room.features.assign(features.begin(), features.end());
}

RowsView DeviceRows::on_host(std::span<const int> features) {
  if (std::ranges::equal(features, all_)) return host_;
  return on_host_.emplace(host_, features).view();
}

}  // namespace linden

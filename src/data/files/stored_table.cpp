#include "data/files/stored_table.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/files/atomic_file.hpp"
#include "base/fail.hpp"
#include "base/hash/sha256.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "tensor/read_only.hpp"

namespace linden {
namespace {

constexpr const char* format = "linden table";
constexpr std::int64_t version = 1;
constexpr std::int64_t most = std::int64_t{1} << 60;

std::filesystem::path list_path(const std::filesystem::path& folder) { return folder / "table.json"; }

void write_arrays(JsonWriter& json, const std::vector<StoredArray>& arrays) {
  json.open_list();
  for (const StoredArray& array : arrays) {
    json.open_object();
    json["name"].value(array.name);
    json["dtype"].value(name_of(array.dtype));
    json["width"].value(array.width);
    json["categorical"].value(std::int64_t{array.categorical});
    json["categories"].values(array.categories);
    json["bytes"].values(array.pages, [](const ColumnPage& page) { return page.bytes; });
    json["sums"].values(array.pages, [](const ColumnPage& page) { return fmt::format("{:016x}", page.sum); });
    json.close_object();
  }
  json.close_list();
}

DType dtype_of(JsonReader& json) {
  const std::string name = json.text();
  for (const DType dtype : {DType::f32, DType::f64, DType::i32})
    if (name == name_of(dtype)) return dtype;
  json.refuse("is no dtype of a column");
}

std::vector<StoredArray> read_arrays(JsonReader& json) {
  std::vector<StoredArray> arrays;
  for (json.open_list(); json.next();) {
    StoredArray& array = arrays.emplace_back();
    json.open_object();
    array.name = json["name"].text();
    array.dtype = dtype_of(json["dtype"]);
    array.width = json["width"].whole(1, most);
    array.categorical = json["categorical"].whole(0, 1) == 1;
    array.categories = json["categories"].texts();
    for (const std::int64_t bytes : json["bytes"].wholes(0, most)) array.pages.push_back({bytes});
    const std::vector<std::string> sums = json["sums"].texts();
    if (sums.size() != array.pages.size()) json.refuse("has another length than bytes");
    for (std::size_t p = 0; p < sums.size(); ++p)
      std::from_chars(sums[p].data(), sums[p].data() + sums[p].size(), array.pages[p].sum, 16);
    json.close_object();
  }
  return arrays;
}

// The list, of which the last line is the digest of the first.
std::string text_of(const TableList& list) {
  std::string text;
  JsonWriter json([&](std::string_view part) { text += part; }, JsonWriter::Utf8::mended);
  json.open_object();
  json["format"].value(format);
  json["version"].value(version);
  json["rows"].value(list.rows);
  write_arrays(json["features"], list.features);
  write_arrays(json["others"], list.others);
  json["classes"].values(list.classes);
  json["label_names"].values(list.label_names);
  json["offset_names"].values(list.offset_names);
  json["event_name"].value(list.event_name);
  if (!list.weight_name.empty()) json["weight_name"].value(list.weight_name);
  json["remarks"].values(list.remarks);
  json["missing"].values(list.missing);
  json["only_missing"].value(std::int64_t{list.only_missing});
  json["files"].values(list.files);
  json["first_rows"].values(list.first_rows);
  json["first_starts"].values(list.first_starts);
  json["start_rows"].values(list.starts, [](const LineStart& start) { return start.row; });
  json["start_lines"].values(list.starts, [](const LineStart& start) { return start.line; });
  json.close_object();
  json.flush();
  Sha256 hash;
  hash.add(text);
  return text + "\n" + hash.hex() + "\n";
}

TableList list_of(std::string_view text, const std::string& file) {
  const auto refuse = [&](std::string_view why) {
    fail<FileError>("\"{}\": {}. Hint: remove the folder, and it is made again.", file, why);
  };
  constexpr std::size_t end = Sha256::hex_digits + 2;
  if (text.size() < end || text.back() != '\n') refuse("the list of the table is cut short");
  const std::string_view body = text.substr(0, text.size() - end);
  Sha256 hash;
  hash.add(body);
  if (hash.hex() + "\n" != text.substr(body.size() + 1)) refuse("the list of the table was changed");
  std::size_t taken = 0;
  JsonReader json(
      [&](char* to, std::size_t count) {
        const std::size_t now = std::min(count, body.size() - taken);
        std::copy_n(body.data() + taken, now, to);
        taken += now;
        return now;
      },
      file);
  TableList list;
  json.open_object();
  if (json["format"].text() != format) refuse("it is no list of a table");
  if (const std::int64_t other = json["version"].whole(0, most); other != version)
    refuse(fmt::format("the table is of version {}, and this is version {}", other, version));
  list.rows = json["rows"].whole(1, most);
  list.features = read_arrays(json["features"]);
  list.others = read_arrays(json["others"]);
  list.classes = json["classes"].texts();
  list.label_names = json["label_names"].texts();
  list.offset_names = json["offset_names"].texts();
  list.event_name = json["event_name"].text();
  if (json.next_is("weight_name")) list.weight_name = json["weight_name"].text();
  list.remarks = json["remarks"].texts();
  list.missing = json["missing"].texts();
  list.only_missing = json["only_missing"].whole(0, 1) == 1;
  list.files = json["files"].texts();
  list.first_rows = json["first_rows"].wholes(0, most);
  list.first_starts = json["first_starts"].wholes(0, most);
  const std::vector<std::int64_t> rows = json["start_rows"].wholes(0, most),
                                  lines = json["start_lines"].wholes(0, most);
  for (std::size_t i = 0; i < rows.size() && i < lines.size(); ++i) list.starts.push_back({rows[i], lines[i]});
  json.close_object();
  return list;
}

SharedOrigin origin_of(TableList list) {
  std::vector<SharedOrigin> origins;
  for (std::size_t f = 0; f < list.files.size(); ++f) {
    const auto begin = list.starts.begin() + list.first_starts[f];
    const auto end = f + 1 < list.files.size() ? list.starts.begin() + list.first_starts[f + 1] : list.starts.end();
    origins.push_back(origin_in_file(list.files[f], {begin, end}));
  }
  return std::make_shared<const Origin>(
      [origins = std::move(origins), first = std::move(list.first_rows)](std::int64_t row) {
        const auto f = static_cast<std::size_t>(std::ranges::upper_bound(first, row) - first.begin()) - 1;
        return (*origins[f])(row - first[f]);
      });
}

Tensor tensor_of(const StoredArray& array, const MappedFile& file, std::int64_t rows,
                 const std::shared_ptr<const void>& owner) {
  const auto view = [&]<class T>(const T* first) {
    const Shape shape = array.width == 1 ? Shape{rows} : Shape{rows, array.width};
    return Tensor::view_of(std::span<const T>(first, static_cast<std::size_t>(rows * array.width)), shape, owner);
  };
  if (array.dtype == DType::f32) return view(static_cast<const float*>(file.data()));
  if (array.dtype == DType::i32) return view(static_cast<const std::int32_t*>(file.data()));
  return view(static_cast<const double*>(file.data()));
}

}  // namespace

void StoredTable::release(const void* values, std::int64_t bytes) const noexcept {
  for (const MappedFile& file : files)
    if (file.has(values, static_cast<std::size_t>(bytes))) return file.release(values, static_cast<std::size_t>(bytes));
}

const StoredTable* stored_table(const Dataset& data) noexcept { return DatasetBuilder::state(data).stored.get(); }

std::filesystem::path column_path(const std::filesystem::path& folder, std::size_t number) {
  return folder / fmt::format("{:06}.column", number);
}

void write_list(const std::filesystem::path& folder, const TableList& list) {
  replace_file(list_path(folder), text_of(list));
}

Dataset open_table(const std::filesystem::path& folder, std::int64_t memory, bool checks) {
  std::ifstream stream(list_path(folder), std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (!stream.is_open()) refuse_file(list_path(folder), "cannot read the file");
  TableList list = list_of(text, list_path(folder).string());

  const auto table = std::make_shared<StoredTable>();
  table->folder = folder;
  table->memory = memory;
  std::vector<const StoredArray*> arrays;
  for (const auto* some : {&list.features, &list.others})
    for (const StoredArray& array : *some) arrays.push_back(&array);
  for (std::size_t a = 0; a < arrays.size(); ++a) {
    const std::filesystem::path path = column_path(folder, a);
    if (checks) check_pages(path, arrays[a]->pages);
    const MappedFile& file = table->files.emplace_back(path);
    const std::int64_t bytes = list.rows * arrays[a]->width * static_cast<std::int64_t>(size_of(arrays[a]->dtype));
    if (static_cast<std::int64_t>(file.size()) != bytes)
      fail<FileError>("\"{}\": the file has {} bytes in place of {}. Hint: remove the folder, and it is made again.",
                      path.string(), file.size(), bytes);
  }

  DatasetBuilder::State state;
  state.rows = list.rows;
  for (std::size_t f = 0; f < list.features.size(); ++f) {
    StoredArray& array = list.features[f];
    state.columns.push_back({array.name, tensor_of(array, table->files[f], list.rows, table), array.categorical,
                             std::move(array.categories)});
  }
  for (std::size_t i = 0; i < list.others.size(); ++i) {
    const StoredArray& array = list.others[i];
    const MappedFile& file = table->files[list.features.size() + i];
    (array.name == "label"    ? state.label
     : array.name == "weight" ? state.weight
                              : state.offset) = tensor_of(array, file, list.rows, table);
  }
  state.classes = std::move(list.classes);
  state.label_names = std::move(list.label_names);
  state.offset_names = std::move(list.offset_names);
  state.weight_name = std::move(list.weight_name);
  state.event_name = std::move(list.event_name);
  state.has_event = !state.event_name.empty();
  state.remarks = std::move(list.remarks);
  state.missing = std::move(list.missing);
  state.only_missing = list.only_missing;
  state.origin = origin_of(std::move(list));
  state.stored = table;
  return DatasetBuilder::make(std::move(state));
}

}  // namespace linden

#include "tensor_file/safetensors.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/fail.hpp"
#include "json/writer.hpp"
#include "tensor_file/stored.hpp"

namespace linden {
namespace {

using nlohmann::json;
using Kind = StoredType::Kind;

constexpr std::size_t length_bytes = 8;
constexpr std::size_t alignment = 8;

struct NamedType {
  const char* name;
  StoredType type;
};
constexpr NamedType types[] = {{"F64", {Kind::floating, 8}}, {"F32", {Kind::floating, 4}}, {"F16", {Kind::floating, 2}},
                               {"BF16", {Kind::brain, 2}},   {"I64", {Kind::whole, 8}},    {"I32", {Kind::whole, 4}},
                               {"I16", {Kind::whole, 2}},    {"I8", {Kind::whole, 1}},     {"U64", {Kind::natural, 8}},
                               {"U32", {Kind::natural, 4}},  {"U16", {Kind::natural, 2}},  {"U8", {Kind::natural, 1}},
                               {"BOOL", {Kind::boolean, 1}}};

const char* name_of_stored(DType dtype) {
  const StoredType wanted = stored_type_of(dtype);
  return std::find_if(std::begin(types), std::end(types),
                      [&](const NamedType& t) { return t.type.kind == wanted.kind && t.type.bytes == wanted.bytes; })
      ->name;
}

/// What the header says of a tensor, before it is checked.
struct Description {
  std::string name;
  bool is_object = false;
  std::optional<std::string> dtype;
  std::optional<std::vector<std::uint64_t>> shape, data_offsets;
};

/// Collects descriptions while the header is read. There is no tree of values: nlohmann's allocates when it is
/// destroyed. Of two members of one name the last one counts, but for names of tensors.
class HeaderReader {
 public:
  std::vector<Description> tensors;
  std::string twice;       ///< a name that two tensors have
  bool is_object = false;  ///< whether the header is one: else there are no tensors

  bool start_object(std::size_t) {
    if (depth_ == 0) is_object = true;
    if (depth_ == 1 && !tensors.empty()) tensors.back().is_object = true;
    spoil();
    ++depth_;
    return true;
  }
  bool end_object() { return close(); }
  bool start_array(std::size_t) {
    spoil();
    if (depth_ == 2)
      if (auto* const list = numbers()) list->emplace();
    ++depth_;
    return true;
  }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    if (depth_ == 1) {
      if (!names_.insert(name).second) twice = name;
      tensors.emplace_back().name = name;
      member_.clear();
    }
    if (depth_ == 2) member_ = name;
    return true;
  }
  bool string(std::string& text) {
    spoil();
    if (is_dtype()) tensors.back().dtype = text;
    return true;
  }
  bool number_unsigned(std::uint64_t number) {
    auto* const list = depth_ == 3 ? numbers() : nullptr;
    if (list == nullptr) return other();
    if (*list) (*list)->push_back(number);
    return true;
  }
  bool null() { return other(); }
  bool boolean(bool) { return other(); }
  bool number_integer(std::int64_t) { return other(); }
  bool number_float(double, const std::string&) { return other(); }
  bool binary(json::binary_t&) { return other(); }
  bool parse_error(std::size_t, const std::string&, const json::exception&) { return false; }

 private:
  bool is_dtype() const { return depth_ == 2 && !tensors.empty() && member_ == "dtype"; }
  /// Of the member that is being read, if it should be a list of whole numbers.
  std::optional<std::vector<std::uint64_t>>* numbers() {
    if (tensors.empty()) return nullptr;
    if (member_ == "shape") return &tensors.back().shape;
    if (member_ == "data_offsets") return &tensors.back().data_offsets;
    return nullptr;
  }
  // What comes now is no whole number, and makes what it stands in, or in the place of, no list of them.
  void spoil() {
    if (is_dtype()) tensors.back().dtype.reset();
    if (depth_ == 2 || depth_ == 3)
      if (auto* const list = numbers()) list->reset();
  }
  bool other() {
    spoil();
    return true;
  }
  bool close() {
    --depth_;
    return true;
  }

  int depth_ = 0;
  std::string member_;
  std::set<std::string> names_;
};

std::vector<Description> header_of(const std::string& where, std::string_view text) {
  HeaderReader reader;
  if (!json::sax_parse(text.begin(), text.end(), &reader)) fail<FileError>("{}: its header is no JSON.", where);
  if (!reader.is_object) fail<FileError>("{}: its header is no JSON object.", where);
  if (!reader.twice.empty()) fail<FileError>("{}: two tensors are called \"{}\".", where, reader.twice);
  return std::move(reader.tensors);
}

/// A place in the file.
struct Entry {
  std::string name;
  StoredType type;
  std::vector<std::int64_t> sizes;
  std::uint64_t begin = 0, end = 0;
};

Entry entry_of(const std::string& where, const Description& description) {
  Entry entry;
  entry.name = description.name;
  if (!description.is_object) fail<FileError>("{}: its description is no JSON object.", where);
  if (!description.dtype) fail<FileError>("{}: it has no \"dtype\".", where);
  const auto known = std::ranges::find(types, *description.dtype, &NamedType::name);
  if (known == std::end(types))
    fail<FileError>("{}: elements of the type \"{}\" have no dtype here.", where, *description.dtype);
  entry.type = known->type;
  const auto numbers = [&](const char* member, const std::optional<std::vector<std::uint64_t>>& list) {
    if (!list) fail<FileError>("{}: \"{}\" is no list of whole numbers.", where, member);
    return *list;
  };
  for (const std::uint64_t size : numbers("shape", description.shape)) {
    if (size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      fail<FileError>("{}: the size {} of a dimension is too large.", where, size);
    entry.sizes.push_back(static_cast<std::int64_t>(size));
  }
  const std::vector<std::uint64_t> offsets = numbers("data_offsets", description.data_offsets);
  if (offsets.size() != 2) fail<FileError>("{}: \"data_offsets\" are {} numbers, not two.", where, offsets.size());
  entry.begin = offsets[0];
  entry.end = offsets[1];
  return entry;
}

/// The header of tensors that stand in the file one behind the other.
std::string header_text(const std::vector<const NamedTensor*>& tensors) {
  std::string text;
  JsonWriter header([&](std::string_view part) { text += part; });
  header.open_object();
  std::int64_t at = 0;
  for (const NamedTensor* tensor : tensors) {
    const Tensor& x = tensor->value;
    const std::int64_t end = at + x.elements() * static_cast<std::int64_t>(size_of(x.dtype()));
    header[tensor->name].open_object();
    header["dtype"].value(name_of_stored(x.dtype()));
    header["shape"].values(x.shape());
    header["data_offsets"].values(std::array{at, end});
    header.close_object();
    at = end;
  }
  header.close_object();
  header.flush();
  return text;
}

}  // namespace

std::vector<NamedTensor> read_safetensors(const std::string& where, std::string_view bytes) {
  if (bytes.size() < length_bytes) fail<FileError>("{}: the file is too short to be one of tensors.", where);
  std::uint64_t length = 0;
  for (std::size_t i = length_bytes; i-- > 0;) length = length << 8 | static_cast<unsigned char>(bytes[i]);
  bytes.remove_prefix(length_bytes);
  if (length > bytes.size())
    fail<FileError>("{}: it is no file of tensors, or cut off: its header would have {} bytes.", where, length);
  std::vector<Entry> entries;
  for (const Description& tensor : header_of(where, bytes.substr(0, length)))
    if (tensor.name != "__metadata__")
      entries.push_back(entry_of(fmt::format("{}: \"{}\"", where, tensor.name), tensor));
  bytes.remove_prefix(length);
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  std::vector<NamedTensor> tensors;
  std::uint64_t at = 0;
  for (const Entry& entry : entries) {
    const std::string place = fmt::format("{}: \"{}\"", where, entry.name);
    const std::int64_t wanted = stored_bytes(place, entry.sizes, entry.type);
    if (entry.begin != at || entry.end < entry.begin || entry.end > bytes.size() ||
        entry.end - entry.begin != static_cast<std::uint64_t>(wanted))
      fail<FileError>("{}: bytes {} to {} of {}; shape [{}] wants {} from {} on.", place, entry.begin, entry.end,
                      bytes.size(), fmt::join(entry.sizes, ", "), wanted, at);
    tensors.push_back(
        {entry.name, tensor_of_stored(place, bytes.substr(at, entry.end - at), Shape(entry.sizes), entry.type)});
    at = entry.end;
  }
  if (at != bytes.size()) fail<FileError>("{}: {} bytes behind the last tensor.", where, bytes.size() - at);
  return tensors;
}

std::string write_safetensors(const std::vector<NamedTensor>& tensors) {
  std::vector<const NamedTensor*> order;
  for (const NamedTensor& tensor : tensors) order.push_back(&tensor);
  std::stable_sort(order.begin(), order.end(), [](const NamedTensor* a, const NamedTensor* b) {
    return size_of(a->value.dtype()) > size_of(b->value.dtype());
  });
  std::string text = header_text(order);
  while ((length_bytes + text.size()) % alignment != 0) text += ' ';
  std::string file;
  for (std::size_t i = 0; i < length_bytes; ++i) file += static_cast<char>(text.size() >> (8 * i) & 255);
  file += text;
  for (const NamedTensor* tensor : order) {
    Tensor dense;
    file += bytes_of(tensor->value, dense);
  }
  return file;
}

}  // namespace linden

#include "tensor_file/safetensors.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/fail.hpp"
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

/// The header as an object. JSON would keep the last of two members of one name.
json header_of(const std::string& where, std::string_view text) {
  std::set<std::string> names;
  std::string twice;
  const auto note = [&](int depth, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::key && depth == 1 && !names.insert(parsed.get<std::string>()).second)
      twice = parsed.get<std::string>();
    return true;
  };
  json header;
  try {
    header = json::parse(text.begin(), text.end(), note);
  } catch (const json::exception&) {
    fail<FileError>("{}: its header is no JSON.", where);
  }
  if (!header.is_object()) fail<FileError>("{}: its header is no JSON object.", where);
  if (!twice.empty()) fail<FileError>("{}: two tensors are called \"{}\".", where, twice);
  return header;
}

/// A place in the file.
struct Entry {
  std::string name;
  StoredType type;
  std::vector<std::int64_t> sizes;
  std::uint64_t begin = 0, end = 0;
};

std::vector<std::uint64_t> whole_numbers(const std::string& where, const json& entry, const char* member) {
  const auto found = entry.find(member);
  std::vector<std::uint64_t> numbers;
  bool fits = found != entry.end() && found->is_array();
  if (fits)
    for (const json& number : *found) {
      fits = fits && number.is_number_unsigned();
      if (fits) numbers.push_back(number.get<std::uint64_t>());
    }
  if (!fits) fail<FileError>("{}: \"{}\" is no list of whole numbers.", where, member);
  return numbers;
}

Entry entry_of(const std::string& where, const std::string& name, const json& description) {
  Entry entry;
  entry.name = name;
  if (!description.is_object()) fail<FileError>("{}: its description is no JSON object.", where);
  const auto dtype = description.find("dtype");
  if (dtype == description.end() || !dtype->is_string()) fail<FileError>("{}: it has no \"dtype\".", where);
  const auto known = std::find_if(std::begin(types), std::end(types),
                                  [&](const NamedType& t) { return t.name == dtype->get_ref<const std::string&>(); });
  if (known == std::end(types))
    fail<FileError>("{}: elements of the type \"{}\" have no dtype here.", where, dtype->get_ref<const std::string&>());
  entry.type = known->type;
  for (const std::uint64_t size : whole_numbers(where, description, "shape")) {
    if (size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      fail<FileError>("{}: the size {} of a dimension is too large.", where, size);
    entry.sizes.push_back(static_cast<std::int64_t>(size));
  }
  const std::vector<std::uint64_t> offsets = whole_numbers(where, description, "data_offsets");
  if (offsets.size() != 2) fail<FileError>("{}: \"data_offsets\" are {} numbers, not two.", where, offsets.size());
  entry.begin = offsets[0];
  entry.end = offsets[1];
  return entry;
}

}  // namespace

std::vector<NamedTensor> read_safetensors(const std::string& where, std::string_view bytes) {
  if (bytes.size() < length_bytes) fail<FileError>("{}: the file is too short to be one of tensors.", where);
  std::uint64_t length = 0;
  for (std::size_t i = length_bytes; i-- > 0;) length = length << 8 | static_cast<unsigned char>(bytes[i]);
  bytes.remove_prefix(length_bytes);
  if (length > bytes.size())
    fail<FileError>("{}: it is no file of tensors, or cut off: its header would have {} bytes.", where, length);
  const json header = header_of(where, bytes.substr(0, length));
  bytes.remove_prefix(length);

  std::vector<Entry> entries;
  for (const auto& [name, description] : header.items())
    if (name != "__metadata__") entries.push_back(entry_of(fmt::format("{}: \"{}\"", where, name), name, description));
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
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  std::uint64_t at = 0;
  for (const NamedTensor* tensor : order) {
    const Tensor& x = tensor->value;
    const std::uint64_t end = at + static_cast<std::uint64_t>(x.elements()) * size_of(x.dtype());
    header[tensor->name] = {{"dtype", name_of_stored(x.dtype())},
                            {"shape", std::vector<std::int64_t>(x.shape().begin(), x.shape().end())},
                            {"data_offsets", {at, end}}};
    at = end;
  }
  std::string text = header.dump();
  while ((length_bytes + text.size()) % alignment != 0) text += ' ';
  std::string file;
  file.reserve(length_bytes + text.size() + at);
  for (std::size_t i = 0; i < length_bytes; ++i) file += static_cast<char>(text.size() >> (8 * i) & 255);
  file += text;
  for (const NamedTensor* tensor : order) {
    Tensor dense;
    file += bytes_of(tensor->value, dense);
  }
  return file;
}

}  // namespace linden

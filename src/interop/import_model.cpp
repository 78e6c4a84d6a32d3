// The door: from a file or its bytes to a model, whatever its format.
#include <algorithm>
#include <linden/interop.hpp>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "interop/format.hpp"
#include "interop/linden_format.hpp"
#include "load_model.hpp"
#include "model/file/model_text.hpp"

namespace linden {
namespace {

constexpr std::size_t shown_bytes = 16;

// The first bytes as messages show them: letters as they are, others by their number.
std::string beginning(std::string_view bytes) {
  if (bytes.empty()) return "it is empty";
  std::string text = "it begins with \"";
  for (const char c : bytes.substr(0, shown_bytes)) {
    if (c == '"' || c == '\\') text += '\\';
    if (c >= ' ' && c <= '~')
      text += c;
    else
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return text + '"';
}

[[noreturn]] void refuse_unknown(const std::string& name, std::string_view bytes) {
  for (const RefusedFormat& format : refused_formats())
    if (format.recognises(bytes)) fail<FileError>("{}: {}", name, format.reason);
  std::vector<std::string> names;
  for (const KnownFormat& format : known_formats()) names.push_back(format.name);
  fail<FileError>("{}: not a model of a format that is known here: {}. Known: {}.", name, beginning(bytes),
                  listing(names, names.size()));
}

AnyModel read(const std::string& name, std::string_view bytes) {
  const Opening opening(bytes);
  const auto formats = known_formats();
  const auto format = std::ranges::find_if(formats, [&](const KnownFormat& one) { return one.recognises(opening); });
  if (format == formats.end()) refuse_unknown(name, bytes);
  try {
    return format->read(bytes);
  } catch (const MemoryError&) {
    throw;
  } catch (const Error& error) {
    fail<FileError>("{}: as a model of {}: {}", name, format->name, error.what());
  }
}

// The first bytes, which then come again.
std::string take_opening(ModelSource& source, std::size_t size) {
  std::string opening(size, '\0');
  std::size_t taken = 0;
  while (taken < size) {
    const std::size_t more = source.bytes(opening.data() + taken, size - taken);
    if (more == 0) break;
    taken += more;
  }
  opening.resize(taken);
  source.bytes = [rest = std::move(source.bytes), opening, at = std::size_t{0}](char* block, std::size_t most) mutable {
    if (at == opening.size()) return rest(block, most);
    const std::size_t count = opening.copy(block, most, at);
    at += count;
    return count;
  };
  return opening;
}

std::string all_of(const ModelSource& source) {
  constexpr std::size_t at_once = std::size_t{1} << 20;
  std::string bytes;
  for (std::size_t more = 1; more > 0;) {
    const std::size_t size = bytes.size();
    bytes.resize(size + std::max(at_once, size));
    more = source.bytes(bytes.data() + size, bytes.size() - size);
    bytes.resize(size + more);
  }
  return bytes;
}

}  // namespace

// Ours are read as they come, in less memory than their text takes.
AnyModel import_model(const std::filesystem::path& path) {
  ModelSource source = source_of(path);
  return or_out_of_memory("import_model", [&] {
    if (is_linden_model(take_opening(source, linden_opening.size()))) return load_model(source);
    return read(source.name, all_of(source));
  });
}

AnyModel model_from_bytes(std::string_view bytes) {
  return or_out_of_memory("model_from_bytes", [&] { return read("the bytes", bytes); });
}

}  // namespace linden

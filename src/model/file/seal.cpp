#include "model/file/seal.hpp"

#include <algorithm>

#include "base/fail.hpp"

namespace linden {
namespace {

constexpr std::string_view closing = "\"}";

// A form that seals may have, and what stands between its opening and its closing.
struct Form {
  std::string_view opening;
  std::size_t digits;
  std::string (*text)(const Checksum&);

  std::size_t size() const { return opening.size() + digits + closing.size(); }
  std::string of(const Checksum& sum) const { return fmt::format("{}{}{}", opening, text(sum), closing); }
  // Whether a text has the form of a seal, whatever its digits.
  bool fits(std::string_view end) const {
    return end.size() == size() && end.starts_with(opening) && end.ends_with(closing);
  }
};

constexpr Form forms[] = {
    {",\"sha256\":\"", Sha256::hex_digits, [](const Checksum& sum) { return sum.sha256().hex(); }},
    {",\"checksum\":\"", 16, [](const Checksum& sum) { return fmt::format("{:016x}", sum.value()); }}};

constexpr std::size_t longest = forms[0].opening.size() + forms[0].digits + closing.size();

// The last bytes of a text as a seal of this form, and whether it is that of what stands before them.
struct Sealed {
  bool is_seal, fits;
};

Sealed sealed(const Form& form, Checksum before, std::string_view last) {
  if (last.size() < form.size()) return {false, false};
  const std::string_view end = last.substr(last.size() - form.size());
  if (!form.fits(end)) return {false, false};
  before.add(last.substr(0, last.size() - form.size()));
  return {true, end == form.of(before)};
}

}  // namespace

void refuse_cut(const std::string& file) {
  fail<FileError>("{}: the model is cut short: its checksum is missing. Hint: copy the file again, or train again.",
                  file);
}

void refuse_changed(const std::string& file) {
  fail<FileError>(
      "{}: the model was changed after it was written: its checksum does not fit. Hint: copy the file again, or train "
      "again.",
      file);
}

void refuse_more(const std::string& file) {
  fail<FileError>("{}: something follows the end of the model. Hint: copy the file again.", file);
}

std::string seal_of(const Sha256& hash) { return fmt::format("{}{}{}", forms[0].opening, hash.hex(), closing); }

void check_rest(JsonReader& json) {
  ByteReader& bytes = json.bytes();
  auto [checksum, last] = json.read_ahead_of();  // the last bytes, which may be a seal
  int byte = 0;
  while ((byte = bytes.take()) != '\n' && byte != ByteReader::end) {
    last += static_cast<char>(byte);
    if (last.size() <= 2 * longest) continue;
    checksum.add(std::string_view(last).substr(0, longest - 1));  // a seal and the end of the line stay
    last.erase(0, longest - 1);
  }
  if (last.ends_with('\r')) last.pop_back();
  bool is_seal = false;
  for (const Form& form : forms) {
    const Sealed found = sealed(form, checksum, last);
    if (found.fits) return;
    is_seal |= found.is_seal;
  }
  if (byte == ByteReader::end && !is_seal) refuse_cut(json.file());
  refuse_changed(json.file());
}

void read_seal(JsonReader& json) {
  auto [checksum, found] = json.read_ahead_of();
  const Form& form = forms[found.starts_with(forms[0].opening.substr(0, found.size())) ? 0 : 1];
  for (int byte = 0; found.size() < form.size() && (byte = json.bytes().take()) != ByteReader::end;)
    found += static_cast<char>(byte);
  if (found == form.of(checksum)) return;
  if (!form.fits(found)) refuse_cut(json.file());
  refuse_changed(json.file());
}

void read_end(JsonReader& json, bool is_whole) {
  ByteReader& bytes = json.bytes();
  bool ends = bytes.peek() == ByteReader::end;
  if (bytes.peek() == '\r') bytes.take();
  if (bytes.peek() == '\n') {
    bytes.take();
    ends = !is_whole || bytes.peek() == ByteReader::end;
  }
  if (!ends) refuse_more(json.file());
}

}  // namespace linden

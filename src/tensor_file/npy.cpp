#include "tensor_file/npy.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/fail.hpp"
#include "tensor_file/stored.hpp"

namespace linden {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t alignment = 64;  // where the elements begin

/// The dictionary of a header: 'descr', 'fortran_order' and 'shape', in any order.
class Header {
 public:
  Header(const std::string& where, std::string_view text) : where_(where), text_(text) {
    expect('{');
    while (!takes('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr")
        take_type();
      else if (key == "fortran_order")
        is_fortran = flag();
      else if (key == "shape")
        take_shape();
      else
        refuse("has a member that no .npy header has");
      ++members_;
      if (takes('}')) break;
      expect(',');
    }
    skip();
    if (at_ != text_.size() || members_ != 3 || !has_type_ || !has_shape_) refuse("is not one of NumPy's");
  }

  StoredType type;
  std::vector<std::int64_t> sizes;
  bool is_fortran = false;

 private:
  [[noreturn]] void refuse(std::string_view what) const {
    fail<FileError>("{}: the header {}: {}.", where_, what, text_.substr(0, std::min<std::size_t>(text_.size(), 80)));
  }
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  bool takes(char c) {
    skip();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!takes(c)) refuse("is not one of NumPy's");
  }
  bool takes(std::string_view word) {
    skip();
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  bool flag() {
    if (takes(std::string_view("True"))) return true;
    if (takes(std::string_view("False"))) return false;
    refuse("has a fortran_order that is neither True nor False");
  }
  std::string_view quoted() {
    skip();
    const char quote = takes('\'') ? '\'' : '"';
    if (quote == '"') expect('"');
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) refuse("ends within quotes");
    const std::string_view word = text_.substr(at_, end - at_);
    at_ = end + 1;
    return word;
  }

  void take_type() {
    if (takes('[')) refuse("names a record of several fields, which no tensor holds");
    const std::string_view name = quoted();
    using Kind = StoredType::Kind;
    const char order = name.empty() ? ' ' : name[0];
    const std::string_view kind = name.substr(name.size() < 2 ? name.size() : 1);
    const bool is_known =
        std::string_view("<>=|").find(order) != std::string_view::npos &&
        (kind == "f2" || kind == "f4" || kind == "f8" || kind == "i1" || kind == "i2" || kind == "i4" || kind == "i8" ||
         kind == "u1" || kind == "u2" || kind == "u4" || kind == "u8" || kind == "b1");
    if (!is_known)
      fail<FileError>("{}: elements of NumPy's type \"{}\" have no dtype here. Hint: save x.astype(\"float64\").",
                      where_, name);
    type.kind = kind[0] == 'f'   ? Kind::floating
                : kind[0] == 'i' ? Kind::whole
                : kind[0] == 'u' ? Kind::natural
                                 : Kind::boolean;
    type.bytes = kind[1] - '0';
    type.is_big_endian = order == '>';
    has_type_ = true;
  }

  void take_shape() {
    expect('(');
    while (!takes(')')) {
      skip();
      std::int64_t size = 0;
      const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), size);
      if (error != std::errc()) refuse("has a shape that is no list of whole numbers");
      at_ = static_cast<std::size_t>(end - text_.data());
      if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // of Python 2
      sizes.push_back(size);
      if (takes(')')) break;
      expect(',');
    }
    has_shape_ = true;
  }

  const std::string& where_;
  std::string_view text_;
  std::size_t at_ = 0;
  int members_ = 0;
  bool has_type_ = false, has_shape_ = false;
};

std::size_t little(std::string_view bytes) {
  std::size_t number = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

const char* numpy_name(DType dtype) {
  constexpr const char* names[] = {"<f4", "<f8", "<i4", "<i8", "|u1", "|b1"};
  return names[static_cast<int>(dtype)];
}

}  // namespace

bool looks_like_npy(std::string_view bytes) noexcept { return bytes.substr(0, magic.size()) == magic; }

Tensor read_npy(const std::string& where, std::string_view bytes) {
  if (!looks_like_npy(bytes)) fail<FileError>("{}: it does not begin as a .npy file does.", where);
  const std::size_t fixed = magic.size() + 2;
  if (bytes.size() < fixed) fail<FileError>("{}: the file ends within its header.", where);
  const int version = static_cast<unsigned char>(bytes[magic.size()]);
  if (version < 1 || version > 3)
    fail<FileError>("{}: version {} of the format; 1, 2 and 3 are supported.", where, version);
  const std::size_t count = version == 1 ? 2 : 4;
  if (bytes.size() < fixed + count) fail<FileError>("{}: the file ends within its header.", where);
  const std::size_t length = little(bytes.substr(fixed, count));
  if (length > bytes.size() - fixed - count) fail<FileError>("{}: the file ends within its header.", where);
  const Header header(where, bytes.substr(fixed + count, length));
  const std::string_view elements = bytes.substr(fixed + count + length);
  const std::int64_t wanted = stored_bytes(where, header.sizes, header.type);
  if (static_cast<std::uint64_t>(wanted) != elements.size())
    fail<FileError>("{}: {} bytes of elements, but shape [{}] wants {}.", where, elements.size(),
                    fmt::join(header.sizes, ", "), wanted);
  if (!header.is_fortran) return tensor_of_stored(where, elements, Shape(header.sizes), header.type);
  const std::vector<std::int64_t> reversed(header.sizes.rbegin(), header.sizes.rend());
  Tensor x = tensor_of_stored(where, elements, Shape(reversed), header.type);
  for (int d = 0; d < x.rank() / 2; ++d) x = x.transpose(d, x.rank() - 1 - d);
  return x.contiguous();
}

std::string write_npy(const Tensor& x) {
  std::string shape = fmt::format("{}", fmt::join(x.shape().begin(), x.shape().end(), ", "));
  if (x.rank() == 1) shape += ',';
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", numpy_name(x.dtype()), shape);
  const std::size_t fixed = magic.size() + 4;
  while ((fixed + header.size() + 1) % alignment != 0) header += ' ';
  header += '\n';
  Tensor dense;
  const std::string_view elements = bytes_of(x, dense);
  std::string file;
  file.reserve(fixed + header.size() + elements.size());
  file += magic;
  file += {'\1', '\0', static_cast<char>(header.size() & 255), static_cast<char>(header.size() >> 8)};
  file += header;
  file += elements;
  return file;
}

}  // namespace linden

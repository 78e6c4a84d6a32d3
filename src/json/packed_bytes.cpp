#include "json/packed_bytes.hpp"

#include <bit>

#include "base/utf8.hpp"

namespace linden {
namespace {

std::uint64_t zigzag(std::int64_t number) {
  return static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63);
}
std::int64_t from_zigzag(std::uint64_t number) { return static_cast<std::int64_t>(number >> 1 ^ (~(number & 1) + 1)); }

void append_fixed(std::string& bytes, std::uint64_t number) {
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(number >> (8 * i));
}

}  // namespace

std::uint64_t PackedBytes::number() noexcept {
  std::uint64_t number = 0;
  for (int shift = 0; shift < 64 && at_ < size_; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes_[at_++]);
    if (shift == 63 && byte > 1) break;
    number |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return number;
  }
  broken_ = true;
  return 0;
}

std::uint64_t PackedBytes::fixed(std::size_t bytes) noexcept {
  if (bytes > size_ - at_) {
    broken_ = true;
    return 0;
  }
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes; ++i)
    number |= std::uint64_t{static_cast<unsigned char>(bytes_[at_ + i])} << (8 * i);
  at_ += bytes;
  return number;
}

std::string_view PackedBytes::text() noexcept {
  const std::uint64_t size = number();
  if (size > size_ - at_) broken_ = true;
  if (broken_) return {};
  const std::string_view text = std::string_view(bytes_ + at_, size);
  at_ += size;
  if (!is_utf8(text)) broken_ = true;
  return text;
}

std::int64_t PackedBytes::whole() noexcept { return from_zigzag(number()); }

double PackedBytes::real() noexcept { return std::bit_cast<double>(fixed(8)); }

PackedNumbers PackedBytes::numbers() noexcept {
  PackedHead head;
  head.packing = static_cast<Packing>(fixed(1));
  head.count = number();
  head.width = static_cast<int>(fixed(1));
  const bool is_pattern = head.packing == Packing::patterns;
  const std::int64_t scale = head.packing == Packing::wholes ? 0 : whole();
  const std::uint64_t base = number();
  head.base = is_pattern ? base : static_cast<std::uint64_t>(from_zigzag(base));
  const bool fits = head.width >= least_width && head.width <= 64 && head.count > 0 &&
                    (is_pattern ? scale >= 0 && scale <= 63 : scale >= -1074 && scale <= 971) &&
                    head.count <= 8 * (size_ - at_) && head.bytes() <= size_ - at_;
  if (broken_ || !fits) {
    broken_ = true;
    return {};
  }
  head.scale = static_cast<int>(scale);
  const PackedNumbers numbers(head, reinterpret_cast<const unsigned char*>(bytes_) + at_);
  at_ += head.bytes();
  return numbers;
}

std::string_view PackedBytes::name() {
  const std::uint64_t which = number();
  if (which == 1) return names_.emplace_back(text());
  if (which < 2 || which - 2 >= names_.size()) broken_ = true;
  return broken_ ? std::string_view() : std::string_view(names_[which - 2]);
}

void PackedBytes::skip() {
  std::vector<bool> open;  // objects and lists that are: whether each is a list
  do {
    if (!open.empty()) {
      const bool is_list = open.back();
      if (is_list ? take(PackedTag::end_of_list) : take(PackedTag::null)) {  // an object ends with a null's byte
        open.pop_back();
        continue;
      }
      if (!is_list) name();
    }
    if (is_at(PackedTag::object) || is_at(PackedTag::list))
      open.push_back(is_at(PackedTag::list)), ++at_;
    else if (is_at_numbers())
      numbers();
    else if (take(PackedTag::text))
      text();
    else if (take(PackedTag::whole))
      whole();
    else if (take(PackedTag::real))
      real();
    else if (!take(PackedTag::null))
      broken_ = true;
  } while (!open.empty() && !broken_);
}

void append_tag(std::string& bytes, PackedTag tag) { bytes += static_cast<char>(tag); }

void append_number(std::string& bytes, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) bytes += static_cast<char>(number | 0x80);
  bytes += static_cast<char>(number);
}

void append_text(std::string& bytes, std::string_view text) {
  append_number(bytes, text.size());
  bytes += text;
}

void append_whole(std::string& bytes, std::int64_t number) {
  append_tag(bytes, PackedTag::whole);
  append_number(bytes, zigzag(number));
}

void append_real(std::string& bytes, double number) {
  if (is_whole(number)) return append_whole(bytes, static_cast<std::int64_t>(number));
  append_tag(bytes, PackedTag::real);
  append_fixed(bytes, std::bit_cast<std::uint64_t>(number));
}

void append_list(std::string& bytes, const NumbersToPack& list) {
  const std::size_t begin = bytes.size();
  if (list.size() <= 2) {  // the head of a list in bits has 4 bytes or more
    append_tag(bytes, PackedTag::list);
    for (const std::int64_t number : list.wholes()) append_whole(bytes, number);
    for (const double number : list.reals()) append_real(bytes, number);
    append_tag(bytes, PackedTag::end_of_list);
  }
  if (list.size() == 0) return;
  std::string packed;
  const PackedHead head = list.head();
  packed += static_cast<char>(head.packing);
  append_number(packed, head.count);
  packed += static_cast<char>(head.width);
  if (head.packing != Packing::wholes) append_number(packed, zigzag(head.scale));
  append_number(packed, head.packing == Packing::patterns ? head.base : zigzag(static_cast<std::int64_t>(head.base)));
  list.append_bits(head, packed);
  if (list.size() > 2 || packed.size() < bytes.size() - begin) bytes.replace(begin, bytes.npos, packed);
}

}  // namespace linden

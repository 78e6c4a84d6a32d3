// The bytes of a model file one by one, from blocks, with the checksum of all that were taken. Memory is one block,
// whatever the size of the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "base/hash/sha256.hpp"

namespace linden {

/// Hands out the next bytes, `most` of them or fewer, and none behind a line feed; 0 at the end.
using ByteSource = std::function<std::size_t(char* block, std::size_t most)>;

/// What is known of bytes at the end of a file: their SHA-256, and FNV-1a of 64 bits, which files of earlier versions
/// have.
class Checksum {
 public:
  void add(std::string_view bytes) noexcept {
    sha256_.add(bytes);
    for (const char c : bytes) value_ = (value_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  std::uint64_t value() const noexcept { return value_; }
  const Sha256& sha256() const noexcept { return sha256_; }

 private:
  Sha256 sha256_;
  std::uint64_t value_ = 0xcbf29ce484222325;
};

class ByteReader {
 public:
  static constexpr int end = -1;

  explicit ByteReader(ByteSource source) : source_(std::move(source)) {}

  /// The next byte, or `end`.
  int peek() { return at_ < filled_ || refill() ? static_cast<unsigned char>(block_[at_]) : end; }
  int take() {
    const int byte = peek();
    if (byte != end) ++at_;
    return byte;
  }
  /// How many bytes were taken, and their checksum.
  std::uint64_t taken() const noexcept { return before_ + at_; }
  Checksum checksum() {
    sum_.add({block_.data() + summed_, at_ - summed_});
    summed_ = at_;
    return sum_;
  }

 private:
  static constexpr std::size_t block_size = std::size_t{1} << 16;

  bool refill() {
    checksum();
    before_ += filled_;
    block_.resize(block_size);
    at_ = summed_ = filled_ = 0;
    filled_ = source_(block_.data(), block_.size());
    return filled_ > 0;
  }

  ByteSource source_;
  std::vector<char> block_;
  std::size_t at_ = 0, filled_ = 0, summed_ = 0;
  std::uint64_t before_ = 0;  // bytes of earlier blocks
  Checksum sum_;
};

}  // namespace linden

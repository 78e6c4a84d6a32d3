// SHA-256 (FIPS 180-4), by which model files are known: two models have one digest only if they are the same.
//
//     Sha256 hash;
//     hash.add("ab");
//     hash.add("c");
//     hash.hex();  // "ba7816bf..."
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace linden {

class Sha256 {
 public:
  using Digest = std::array<unsigned char, 32>;
  static constexpr std::size_t hex_digits = 64;

  void add(std::string_view bytes) noexcept;
  /// That of all bytes so far; more may follow.
  Digest digest() const noexcept;
  /// The same in small hexadecimal digits.
  std::string hex() const;

 private:
  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, 64> block_{};
  std::uint64_t bytes_ = 0;  // of which bytes_ % 64 stand in block_
};

/// Takes whole blocks of 64 bytes into a state: by the processor's own instructions where it has them.
void sha256_blocks(std::array<std::uint32_t, 8>& state, const unsigned char* blocks, std::size_t count) noexcept;
/// The same in portable code.
void sha256_blocks_portable(std::array<std::uint32_t, 8>& state, const unsigned char* blocks,
                            std::size_t count) noexcept;

}  // namespace linden

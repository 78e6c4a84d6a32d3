// Files compressed by gzip or zstd, known by their first bytes.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace linden {

enum class Compression { none, gzip, zstd };

/// By the first bytes of a file.
Compression compression_of(std::string_view start) noexcept;

/// What else a file is compressed by, by its first bytes: "bzip2", with how to unpack it; null if by nothing known.
struct OtherCompression {
  const char *name, *unpack;
  bool is_archive = false;
};
const OtherCompression* other_compression_of(std::string_view start) noexcept;

/// Hands what was compressed to `take`, piece by piece, until that returns false. All parts of a file that was put
/// together from several are read. `whole`: whether `packed` is all of the file; else it may end anywhere. Throws
/// FileError that opens with `call` when the file is damaged or cut short, or this build has no library for it.
void decompress(Compression compression, std::string_view packed, bool whole, const std::string& call,
                const std::function<bool(std::string_view)>& take);

}  // namespace linden

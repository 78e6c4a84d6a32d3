#include "data/text/decompress.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

#include <zlib.h>
#if LINDEN_HAS_ZSTD
#include <zstd.h>
#endif

#include "base/fail.hpp"

namespace linden {
namespace {

[[noreturn, maybe_unused]] void refuse_damaged(const std::string& call, const char* form) {
  fail<FileError>("{}: the file is compressed by {} and damaged. Hint: copy it again.", call, form);
}

[[noreturn, maybe_unused]] void refuse_cut(const std::string& call, const char* form) {
  fail<FileError>("{}: the file is compressed by {} and cut short. Hint: copy it again.", call, form);
}

using Take = std::function<bool(std::string_view)>;
[[maybe_unused]] constexpr std::size_t piece = std::size_t{1} << 20;

void gunzip(std::string_view packed, bool whole, const std::string& call, const Take& take) {
  z_stream stream{};
  constexpr int gzip_alone = 15 + 16;  // the largest window, with gzip's header
  if (inflateInit2(&stream, gzip_alone) != Z_OK) fail<MemoryError>("{}: no memory to unpack the file with.", call);
  const std::unique_ptr<z_stream, void (*)(z_stream*)> end(&stream, [](z_stream* s) { inflateEnd(s); });
  std::vector<char> out(piece);
  std::size_t used = 0;
  bool open = true;  // whether a part has begun and not ended
  while (true) {
    if (stream.avail_in == 0) {
      const std::size_t more = std::min(packed.size() - used, std::size_t{std::numeric_limits<uInt>::max()});
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data() + used));
      stream.avail_in = static_cast<uInt>(more);
      used += more;
    }
    if (stream.avail_in == 0 && !open) return;
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const bool at_end = stream.avail_in == 0;
    const int status = inflate(&stream, Z_NO_FLUSH);
    const std::size_t made = out.size() - stream.avail_out;
    if (made > 0 && !take({out.data(), made})) return;
    if (status == Z_STREAM_END) {
      open = false;
      const bool another = stream.avail_in > 0 || used < packed.size();
      if (!another) return;
      // Zeros behind the last part are padding, as of a tape.
      if (stream.avail_in > 0 && *stream.next_in == 0) return;
      if (inflateReset(&stream) != Z_OK) refuse_damaged(call, "gzip");
      open = true;
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      refuse_damaged(call, "gzip");
    } else if (at_end && made == 0) {
      if (whole) refuse_cut(call, "gzip");
      return;
    }
  }
}

#if LINDEN_HAS_ZSTD
void unzstd(std::string_view packed, bool whole, const std::string& call, const Take& take) {
  const std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> stream(ZSTD_createDStream(), ZSTD_freeDStream);
  if (!stream) fail<MemoryError>("{}: no memory to unpack the file with.", call);
  std::vector<char> out(piece);
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  while (true) {
    ZSTD_outBuffer buffer{out.data(), out.size(), 0};
    const std::size_t before = in.pos;
    const std::size_t left = ZSTD_decompressStream(stream.get(), &buffer, &in);  // 0: a part has ended
    if (ZSTD_isError(left)) refuse_damaged(call, "zstd");
    if (buffer.pos > 0 && !take({out.data(), buffer.pos})) return;
    if (left == 0 && in.pos == in.size) return;
    if (left != 0 && in.pos == in.size && before == in.pos && buffer.pos == 0) {
      if (whole) refuse_cut(call, "zstd");
      return;
    }
  }
}
#endif

}  // namespace

Compression compression_of(std::string_view start) noexcept {
  if (start.starts_with("\x1F\x8B")) return Compression::gzip;
  if (start.starts_with("\x28\xB5\x2F\xFD")) return Compression::zstd;
  return Compression::none;
}

const OtherCompression* other_compression_of(std::string_view start) noexcept {
  using namespace std::string_view_literals;
  static constexpr OtherCompression bzip2{"bzip2", "bzip2 -dc"}, xz{"xz", "xz -dc"}, lz4{"lz4", "lz4 -dc"},
      zip{"zip", "unzip -p", true};
  if (start.starts_with("BZh"sv) && start.substr(4).starts_with("1AY&SY"sv)) return &bzip2;
  if (start.starts_with("\xFD"
                        "7zXZ\0"sv))
    return &xz;
  if (start.starts_with("\x04\x22\x4D\x18"sv)) return &lz4;
  return start.starts_with("PK\x03\x04"sv) ? &zip : nullptr;
}

void decompress(Compression compression, [[maybe_unused]] std::string_view packed, [[maybe_unused]] bool whole,
                const std::string& call, [[maybe_unused]] const Take& take) {
  if (compression == Compression::gzip) {
    return gunzip(packed, whole, call, take);
  }
#if LINDEN_HAS_ZSTD
  unzstd(packed, whole, call, take);
#else
  fail<FileError>(
      "{}: the file is compressed by zstd, and this build of Linden has no libzstd. Hint: pipe \"zstd -dc\" into "
      "\"-\".",
      call);
#endif
}

}  // namespace linden

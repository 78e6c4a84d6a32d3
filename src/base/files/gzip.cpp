#include "base/files/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/files/atomic_file.hpp"
#include "base/fail.hpp"

namespace linden {

struct GzipWriter::Stream {
  z_stream state{};
  std::array<char, 1 << 16> packed;
};

GzipWriter::GzipWriter(Sink sink) : stream_(std::make_unique<Stream>()), sink_(std::move(sink)) {
  constexpr int window = 15 + 16;  // the largest, with gzip's header
  constexpr int memory = 8;        // zlib's default
  if (deflateInit2(&stream_->state, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window, memory, Z_DEFAULT_STRATEGY) != Z_OK)
    fail<MemoryError>("no memory to compress a file with.");
}

GzipWriter::~GzipWriter() { deflateEnd(&stream_->state); }

void GzipWriter::write(std::string_view text) {
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, std::numeric_limits<uInt>::max());
    deflate(piece, Z_NO_FLUSH);
    text.remove_prefix(piece.size());
  }
}

void GzipWriter::finish() { deflate({}, Z_FINISH); }

void GzipWriter::deflate(std::string_view text, int flush) {
  z_stream& state = stream_->state;
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  state.avail_in = static_cast<uInt>(text.size());
  do {
    state.next_out = reinterpret_cast<Bytef*>(stream_->packed.data());
    state.avail_out = static_cast<uInt>(stream_->packed.size());
    ::deflate(&state, flush);  // cannot fail in a stream that was opened
    sink_({stream_->packed.data(), stream_->packed.size() - state.avail_out});
  } while (state.avail_out == 0);
}

void replace_by_name(const std::filesystem::path& path, const std::function<void(const GzipWriter::Sink&)>& write) {
  FileReplacement file(path);
  const GzipWriter::Sink to_file = [&](std::string_view text) { file.write(text); };
  if (path.extension() == ".gz") {
    GzipWriter gzip(to_file);
    write([&](std::string_view text) { gzip.write(text); });
    gzip.finish();
  } else {
    write(to_file);
  }
  file.commit();
}

}  // namespace linden

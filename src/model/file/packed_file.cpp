#include "model/file/packed_file.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <linden/version.hpp>
#include <memory>

#include "base/fail.hpp"
#include "base/memory.hpp"
#include "model/file/seal.hpp"

namespace linden {
namespace {

constexpr std::string_view opening = "\x89LINDEN";
constexpr char newest = 1;
constexpr std::size_t length_bytes = 8;

// The next bytes, up to `most`.
std::string take(const ByteSource& bytes, std::size_t most) {
  std::string taken(most, '\0');
  std::size_t size = 0;
  while (size < most) {
    const std::size_t read = bytes(taken.data() + size, most - size);
    if (read == 0) break;
    size += read;
  }
  taken.resize(size);
  return taken;
}

// As many of the next bytes as there are, up to `most`. Pages of Memory that nothing comes to are none: so it may begin
// large, and a file has seldom to be moved.
PackedDocument take_document(const ByteSource& bytes, std::uint64_t most) {
  constexpr std::uint64_t piece = std::uint64_t{1} << 20, at_first = 32 * piece;
  const auto memory_of = [](std::uint64_t size) {
    return Memory(static_cast<std::size_t>(size) + packed_padding, "use a smaller model");
  };
  std::uint64_t room = std::min(most, at_first);
  Memory memory = memory_of(room);
  std::size_t size = 0;
  while (size < most) {
    if (size == room) {
      room = std::min(most, 4 * room);
      Memory larger = memory_of(room);
      std::memcpy(larger.data(), memory.data(), size);
      memory = std::move(larger);
    }
    const std::size_t read = bytes(memory.as<char>() + size, std::min<std::size_t>(room - size, piece));
    if (read == 0) break;
    size += read;
  }
  const auto owner = std::make_shared<const Memory>(std::move(memory));
  return {{owner, owner->as<const char>()}, size};
}

}  // namespace

void PackedFile::write(const TextSink& out) const {
  std::string head(opening);
  head += newest;
  for (std::size_t i = 0; i < length_bytes; ++i) head += static_cast<char>(document_.size() >> (8 * i));
  Sha256 hash;
  for (const std::string_view part : {std::string_view(head), std::string_view(document_)}) {
    hash.add(part);
    out(part);
  }
  const Sha256::Digest digest = hash.digest();
  out({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

ByteSource FirstByte::with_rest() const {
  return [source = source_, byte = byte_, is_there = is_there_](char* block, std::size_t most) mutable {
    if (!is_there || most == 0) return source(block, most);
    is_there = false;
    *block = byte;
    return std::size_t{1};
  };
}

bool is_packed_file(int first_byte) noexcept { return first_byte == static_cast<unsigned char>(opening[0]); }

PackedDocument read_packed_file(const ModelSource& source) {
  std::string head = take(source.bytes, opening.size() + 1);
  if (head.substr(0, opening.size()) != opening.substr(0, head.size()))
    fail<FileError>("{}: not a Linden model. Hint: models are written by save() and by linden train --out.",
                    source.name);
  if (head.size() <= opening.size()) refuse_cut(source.name);
  if (head.back() != newest)
    fail<FileError>("{}: a binary model of form {}; this Linden ({}) reads form {}. Hint: upgrade Linden.", source.name,
                    static_cast<int>(static_cast<unsigned char>(head.back())), version(), static_cast<int>(newest));
  head += take(source.bytes, length_bytes);
  if (head.size() < opening.size() + 1 + length_bytes) refuse_cut(source.name);
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i)
    length |= std::uint64_t{static_cast<unsigned char>(head[opening.size() + 1 + i])} << (8 * i);
  PackedDocument document = take_document(source.bytes, length);
  if (document.size < length) refuse_cut(source.name);
  Sha256 hash;
  hash.add(head);
  hash.add({document.bytes.get(), document.size});
  const Sha256::Digest digest = hash.digest();
  const std::string found = take(source.bytes, digest.size());
  if (found.size() < digest.size()) refuse_cut(source.name);
  if (!std::ranges::equal(digest, found, {}, {}, [](char c) { return static_cast<unsigned char>(c); }))
    refuse_changed(source.name);
  if (char more = 0; source.whole && source.bytes(&more, 1) > 0) refuse_more(source.name);
  return document;
}

}  // namespace linden

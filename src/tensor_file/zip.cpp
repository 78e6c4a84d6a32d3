#include "tensor_file/zip.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "base/fail.hpp"

namespace linden {
namespace {

constexpr std::uint32_t local_mark = 0x04034b50, entry_mark = 0x02014b50, end_mark = 0x06054b50,
                        end64_mark = 0x06064b50, locator_mark = 0x07064b50;
constexpr std::uint32_t all_ones = 0xffffffff;  // of a size that stands in the zip64 field
constexpr std::uint16_t zip64_field = 1;
constexpr std::uint64_t most_packed = 1032;  // bytes that one deflated byte can become

/// Numbers, least significant byte first, within bounds.
class Bytes {
 public:
  Bytes(const std::string& where, std::string_view all) : where_(where), all_(all) {}

  std::string_view part(std::uint64_t begin, std::uint64_t size) const {
    if (begin > all_.size() || size > all_.size() - begin) refuse();
    return all_.substr(begin, size);
  }
  std::uint64_t number(std::uint64_t at, int bytes) const {
    const std::string_view digits = part(at, static_cast<std::uint64_t>(bytes));
    std::uint64_t sum = 0;
    for (std::size_t i = digits.size(); i-- > 0;) sum = sum << 8 | static_cast<unsigned char>(digits[i]);
    return sum;
  }
  std::size_t size() const { return all_.size(); }
  [[noreturn]] void refuse() const {
    fail<FileError>("{}: it is cut off, or no zip archive as .npz files are.", where_);
  }

 private:
  const std::string& where_;
  std::string_view all_;
};

struct Directory {
  std::uint64_t entries = 0, begin = 0;
};

Directory directory_of(const Bytes& bytes) {
  constexpr std::uint64_t end_size = 22, most_comment = 65535;
  if (bytes.size() < end_size) bytes.refuse();
  const std::uint64_t last = bytes.size() - end_size;
  std::uint64_t end = last;  // behind it stands a comment, mostly empty
  while (bytes.number(end, 4) != end_mark) {
    if (end == 0 || last - end == most_comment) bytes.refuse();
    --end;
  }
  Directory directory{bytes.number(end + 10, 2), bytes.number(end + 16, 4)};
  if (directory.entries == 0xffff || directory.begin == all_ones) {
    if (end < 20 || bytes.number(end - 20, 4) != locator_mark) bytes.refuse();
    const std::uint64_t at = bytes.number(end - 12, 8);
    if (bytes.number(at, 4) != end64_mark) bytes.refuse();
    directory = {bytes.number(at + 32, 8), bytes.number(at + 48, 8)};
  }
  return directory;
}

std::string inflated(const std::string& where, std::string_view packed, std::uint64_t size) {
  if (size / most_packed > packed.size() + 1)
    fail<FileError>("{}: {} bytes cannot have been packed in {}.", where, size, packed.size());
  std::string content(size, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) fail<MemoryError>("{}: no memory to unpack it.", where);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.next_out = reinterpret_cast<Bytef*>(content.data());
  std::uint64_t in = packed.size(), out = size;
  int status = Z_OK;
  while (status == Z_OK) {
    const auto next = [](std::uint64_t left) {
      return static_cast<uInt>(std::min<std::uint64_t>(left, std::numeric_limits<uInt>::max()));
    };
    const uInt most_in = next(in), most_out = next(out);
    stream.avail_in = most_in;
    stream.avail_out = most_out;
    status = inflate(&stream, Z_NO_FLUSH);
    in -= most_in - stream.avail_in;
    out -= most_out - stream.avail_out;
  }
  inflateEnd(&stream);
  if (status != Z_STREAM_END || in != 0 || out != 0) fail<FileError>("{}: its packed bytes are damaged.", where);
  return content;
}

std::uint32_t checksum_of(std::string_view content) {
  uLong sum = crc32(0, nullptr, 0);
  for (std::size_t at = 0; at < content.size();) {
    const auto n = static_cast<uInt>(std::min<std::size_t>(content.size() - at, std::numeric_limits<uInt>::max()));
    sum = crc32(sum, reinterpret_cast<const Bytef*>(content.data() + at), n);
    at += n;
  }
  return static_cast<std::uint32_t>(sum);
}

void append(std::string& to, std::uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) to += static_cast<char>(number >> (8 * i) & 255);
}

}  // namespace

bool looks_like_zip(std::string_view bytes) noexcept {
  return bytes.substr(0, 4) == "PK\3\4" || bytes.substr(0, 4) == "PK\5\6" || bytes.substr(0, 4) == "PK\6\6";
}

std::vector<ZipEntry> read_zip(const std::string& where, std::string_view all) {
  const Bytes bytes(where, all);
  const Directory directory = directory_of(bytes);
  std::vector<ZipEntry> entries;
  std::uint64_t at = directory.begin, unread = all.size();  // entries share no bytes
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    if (bytes.number(at, 4) != entry_mark) bytes.refuse();
    const std::uint64_t flags = bytes.number(at + 8, 2), method = bytes.number(at + 10, 2);
    const std::uint64_t name_size = bytes.number(at + 28, 2), extra_size = bytes.number(at + 30, 2);
    std::uint64_t packed_size = bytes.number(at + 20, 4), size = bytes.number(at + 24, 4);
    std::uint64_t local = bytes.number(at + 42, 4);
    ZipEntry entry{std::string(bytes.part(at + 46, name_size)), {}};
    const std::string file = fmt::format("{}: \"{}\"", where, entry.name);
    // What did not fit 32 bits stands in a field of its own, in this order.
    for (std::uint64_t field = at + 46 + name_size, end = field + extra_size; field + 4 <= end;) {
      const std::uint64_t length = bytes.number(field + 2, 2);
      std::uint64_t value = field + 4;
      if (bytes.number(field, 2) == zip64_field)
        for (std::uint64_t* number : {&size, &packed_size, &local}) {
          if (*number != all_ones) continue;
          if (value + 8 > field + 4 + length) bytes.refuse();
          *number = bytes.number(value, 8);
          value += 8;
        }
      field += 4 + length;
    }
    if ((flags & 1) != 0) fail<FileError>("{}: it is encrypted.", file);
    if (bytes.number(local, 4) != local_mark) bytes.refuse();
    const std::uint64_t begin = local + 30 + bytes.number(local + 26, 2) + bytes.number(local + 28, 2);
    const std::string_view packed = bytes.part(begin, packed_size);
    if (packed_size > unread) bytes.refuse();
    unread -= packed_size;
    if (method == 0 && size == packed_size)
      entry.content = packed;
    else if (method == 8)
      entry.content = inflated(file, packed, size);
    else
      fail<FileError>("{}: it is packed by method {}; stored and deflated files are supported.", file, method);
    if (checksum_of(entry.content) != bytes.number(at + 16, 4))
      fail<FileError>("{}: its checksum does not fit: the file is damaged.", file);
    entries.push_back(std::move(entry));
    at += 46 + name_size + extra_size + bytes.number(at + 32, 2);
  }
  return entries;
}

void ZipWriter::add(std::string_view name, std::string_view content) {
  constexpr std::uint64_t version = 45;         // the first with zip64
  constexpr std::uint64_t names_utf8 = 0x0800;  // a flag
  constexpr std::uint64_t date = 0x0021;        // 1980-01-01: the same tensors give the same bytes
  const std::uint64_t local = archive_.size(), checksum = checksum_of(content);
  const auto append_common = [&](std::string& to, std::uint64_t extra) {
    append(to, version, 2);
    append(to, names_utf8, 2);
    append(to, 0, 2);  // stored
    append(to, 0, 2);  // midnight
    append(to, date, 2);
    append(to, checksum, 4);
    append(to, all_ones, 4);
    append(to, all_ones, 4);
    append(to, name.size(), 2);
    append(to, extra, 2);
  };
  const auto append_sizes = [&](std::string& to, std::uint64_t length) {
    append(to, zip64_field, 2);
    append(to, length, 2);
    append(to, content.size(), 8);
    append(to, content.size(), 8);
  };
  append(archive_, local_mark, 4);
  append_common(archive_, 20);
  archive_ += name;
  append_sizes(archive_, 16);
  archive_ += content;

  append(directory_, entry_mark, 4);
  append(directory_, version, 2);
  append_common(directory_, 28);
  append(directory_, 0, 2);  // no comment
  append(directory_, 0, 2);  // on the first disk
  append(directory_, 0, 2);
  append(directory_, 0, 4);
  append(directory_, all_ones, 4);
  directory_ += name;
  append_sizes(directory_, 24);
  append(directory_, local, 8);
  ++entries_;
}

std::string ZipWriter::finished() && {
  const std::uint64_t begin = archive_.size(), size = directory_.size();
  archive_ += directory_;
  const std::uint64_t end = archive_.size();
  append(archive_, end64_mark, 4);
  append(archive_, 44, 8);  // of what follows in this record
  append(archive_, 45, 2);
  append(archive_, 45, 2);
  append(archive_, 0, 4);
  append(archive_, 0, 4);
  append(archive_, entries_, 8);
  append(archive_, entries_, 8);
  append(archive_, size, 8);
  append(archive_, begin, 8);
  append(archive_, locator_mark, 4);
  append(archive_, 0, 4);
  append(archive_, end, 8);
  append(archive_, 1, 4);
  append(archive_, end_mark, 4);
  append(archive_, 0, 4);
  append(archive_, 0xffff, 2);
  append(archive_, 0xffff, 2);
  append(archive_, all_ones, 4);
  append(archive_, all_ones, 4);
  append(archive_, 0, 2);
  return std::move(archive_);
}

}  // namespace linden

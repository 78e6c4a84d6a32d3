#include "data/files/column_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "base/fail.hpp"
#include "base/hash/page_sum.hpp"
#include "base/files/mapped_file.hpp"
#include "base/size_limit.hpp"

namespace linden {
namespace {

// An open file, and none between two pages: a table may have more columns than a process may have files.
class OpenFile {
 public:
  OpenFile(const std::filesystem::path& path, int flags)
      : path_(path), descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) refuse_file(path, "cannot write the file");
  }
  ~OpenFile() { ::close(descriptor_); }
  OpenFile(const OpenFile&) = delete;

  void write(const void* values, std::int64_t bytes, std::int64_t at) const {
    const SizeLimitIsAnError guard;
    for (const auto* from = static_cast<const char*>(values); bytes > 0;) {
      const auto done = ::pwrite(descriptor_, from, static_cast<std::size_t>(bytes), at);
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) refuse_file(path_, "cannot write the file");
      from += done;
      at += done;
      bytes -= done;
    }
  }
  void read(void* values, std::int64_t bytes, std::int64_t at) const {
    for (auto* to = static_cast<char*>(values); bytes > 0;) {
      const auto done = ::pread(descriptor_, to, static_cast<std::size_t>(bytes), at);
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) refuse_file(path_, "cannot read the file");
      to += done;
      at += done;
      bytes -= done;
    }
  }

 private:
  const std::filesystem::path& path_;
  int descriptor_;
};

}  // namespace

void refuse_file(const std::filesystem::path& path, const char* what) {
  fail<FileError>("\"{}\": {}: {}.", path.string(), what, std::generic_category().message(errno));
}

ColumnWriter::ColumnWriter(std::filesystem::path path) : path_(std::move(path)) {
  OpenFile(path_, O_WRONLY | O_CREAT | O_TRUNC);
}

void ColumnWriter::append(const void* values, std::int64_t bytes) {
  std::int64_t at = 0;
  for (const ColumnPage& page : pages_) at += page.bytes;
  OpenFile(path_, O_WRONLY).write(values, bytes, at);
  pages_.push_back({bytes, page_sum(values, static_cast<std::size_t>(bytes))});
}

void ColumnWriter::rewrite(const std::function<void(void* values, std::int64_t bytes)>& change) {
  const OpenFile file(path_, O_RDWR);
  std::vector<double> room;  // aligned for any values
  std::int64_t at = 0;
  for (ColumnPage& page : pages_) {
    room.resize(static_cast<std::size_t>(page.bytes) / sizeof(double) + 1);
    file.read(room.data(), page.bytes, at);
    change(room.data(), page.bytes);
    file.write(room.data(), page.bytes, at);
    page.sum = page_sum(room.data(), static_cast<std::size_t>(page.bytes));
    at += page.bytes;
  }
}

void check_pages(const std::filesystem::path& path, const std::vector<ColumnPage>& pages) {
  const MappedFile file(path);
  const auto* at = static_cast<const char*>(file.data());
  std::int64_t left = static_cast<std::int64_t>(file.size());
  for (std::size_t p = 0; p < pages.size(); ++p) {
    const auto bytes = static_cast<std::size_t>(pages[p].bytes);
    const bool is_whole = pages[p].bytes <= left;
    if (!is_whole || page_sum(at, bytes) != pages[p].sum)
      fail<FileError>("\"{}\": page {} {}. Hint: remove the folder, and it is made again.", path.string(), p,
                      is_whole ? "does not have its checksum: the file was changed" : "is cut short");
    file.release(at, bytes);
    at += bytes;
    left -= pages[p].bytes;
  }
  if (left != 0)
    fail<FileError>("\"{}\": there is more behind the last page. Hint: remove the folder, and it is made again.",
                    path.string());
}

}  // namespace linden

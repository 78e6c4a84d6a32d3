#include "base/files/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include "base/fail.hpp"

namespace linden {

MappedFile::MappedFile(const std::filesystem::path& path) {
  const auto refuse = [&] {
    fail<FileError>("\"{}\": cannot read the file: {}.", path.string(), std::generic_category().message(errno));
  };
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) refuse();
  struct stat status {};
  const bool is_known = ::fstat(descriptor, &status) == 0;
  bytes_ = is_known ? static_cast<std::size_t>(status.st_size) : 0;
  if (bytes_ > 0) first_ = ::mmap(nullptr, bytes_, PROT_READ, MAP_SHARED, descriptor, 0);
  ::close(descriptor);
  if (first_ == MAP_FAILED) first_ = nullptr;
  if (!is_known || (bytes_ > 0 && first_ == nullptr)) refuse();
}

MappedFile::~MappedFile() {
  if (first_ != nullptr) ::munmap(first_, bytes_);
}

bool MappedFile::has(const void* first, std::size_t bytes) const noexcept {
  const auto here = reinterpret_cast<std::uintptr_t>(first_), there = reinterpret_cast<std::uintptr_t>(first);
  return first_ != nullptr && there >= here && there + bytes <= here + bytes_;
}

void MappedFile::release(const void* first, std::size_t bytes) const noexcept {
  static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(first) / page * page;
  const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(first) + bytes;
  if (end > begin) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace linden

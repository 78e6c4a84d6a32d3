#include "boosting/bins/pages/page_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "base/fail.hpp"
#include "base/hash/page_sum.hpp"
#include "base/size_limit.hpp"
#include "boosting/bins/pages/page_codec.hpp"
#include "data/files/unfinished.hpp"

namespace linden {
namespace {

constexpr std::string_view magic = "LNDNBINS";
constexpr std::int64_t version = 1;
constexpr std::size_t key_bytes = 64;
constexpr const char* cure = "Hint: remove the file, and it is made again.";

[[noreturn]] void refuse_system(const std::filesystem::path& path, const char* what) {
  fail<FileError>("\"{}\": {}: {}.", path.string(), what, std::generic_category().message(errno));
}

// What a file begins with.
std::string head_of(const PageShape& shape, std::string_view key) {
  std::string head(magic);
  for (const std::int64_t number : {version, shape.row_bytes, shape.rows, shape.page_rows, shape.pages()})
    head.append(reinterpret_cast<const char*>(&number), sizeof number);
  return head.append(key);
}

// Pages on their way from the thread that reads them to the one that asks for them.
class PagesAhead {
 public:
  PagesAhead(std::int64_t first, std::int64_t last) : first_(first), last_(last), read_(first), used_(first) {}

  // Of the thread that reads: calls read(number, room) for page after page, as long as there is a room.
  template <class Read>
  void fill(const Read& read) {
    try {
      for (std::int64_t number = first_; number < last_; ++number) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return is_over_ || number < used_ + rooms; });
        if (is_over_) return;
        lock.unlock();
        read(number, room_[number % rooms]);
        lock.lock();
        ++read_;
        changed_.notify_all();
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      error_ = std::current_exception();
      changed_.notify_all();
    }
  }

  PageRoom& wait_for(std::int64_t number) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return error_ != nullptr || number < read_; });
    if (number >= read_) std::rethrow_exception(error_);
    return room_[number % rooms];
  }
  void give_back() {
    const std::lock_guard lock(mutex_);
    ++used_;
    changed_.notify_all();
  }
  void end() {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    changed_.notify_all();
  }

 private:
  static constexpr std::int64_t rooms = 2;
  std::int64_t first_, last_, read_, used_;
  PageRoom room_[rooms];
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_over_ = false;
  std::exception_ptr error_;
};

double seconds(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

PageWriter::PageWriter(std::filesystem::path path, const PageShape& shape, std::string key, PagePacking packing)
    : path_(std::move(path)),
      shape_(shape),
      packing_(can_pack_pages() ? packing : PagePacking::plain),
      head_(head_of(shape, key)) {
  remove_abandoned(path_);
  do {
    if (descriptor_ >= 0) ::close(descriptor_);
    made_ = unfinished_name(path_);
    descriptor_ = ::open(made_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor_ < 0) refuse_system(path_, "cannot write the file");
  } while (!claim(made_, descriptor_));
  try {
    write(head_.data(), std::ssize(head_));
  } catch (...) {
    remove();
    throw;
  }
}

PageWriter::~PageWriter() { remove(); }

void PageWriter::remove() noexcept {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(made_.c_str());
}

void PageWriter::write(const void* from, std::int64_t bytes) {
  const SizeLimitIsAnError guard;
  for (const auto* at = static_cast<const char*>(from); bytes > 0;) {
    const auto done = ::pwrite(descriptor_, at, static_cast<std::size_t>(bytes), end_);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) refuse_system(path_, "cannot write the file");
    at += done;
    end_ += done;
    bytes -= done;
  }
}

// Of the first page: whether to read it from the disk takes longer than to read it packed and unpack it.
bool PageWriter::pays(const void* page, std::int64_t bytes, const std::vector<char>& packed) {
  const std::int64_t begin = end_;
  write(page, bytes);
  ::fdatasync(descriptor_);
  ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_DONTNEED);
  std::vector<char> room(static_cast<std::size_t>(bytes));
  auto start = std::chrono::steady_clock::now();
  const auto got = ::pread(descriptor_, room.data(), room.size(), begin);
  const double reading = seconds(start);
  start = std::chrono::steady_clock::now();
  unpack_page(packed, room);
  const double unpacking = seconds(start);
  end_ = begin;
  const double share = static_cast<double>(packed.size()) / static_cast<double>(bytes);
  return got == bytes && reading * share + unpacking < reading;
}

void PageWriter::add(const void* page) {
  const std::int64_t bytes = shape_.bytes_of(std::ssize(places_));
  std::vector<char> packed;
  if (packing_ != PagePacking::plain) packed = pack_page(page, bytes);
  if (packing_ == PagePacking::automatic)
    packing_ = pays(page, bytes, packed) ? PagePacking::packed : PagePacking::plain;
  const bool is_packed = packing_ == PagePacking::packed && std::ssize(packed) < bytes;
  const void* const from = is_packed ? packed.data() : page;
  const std::int64_t written = is_packed ? std::ssize(packed) : bytes;
  places_.push_back({end_, written, bytes, page_sum(from, static_cast<std::size_t>(written))});
  write(from, written);
}

void PageWriter::finish() {
  std::vector<std::int64_t> numbers;
  for (const Place& place : places_)
    for (const std::int64_t number : {place.begin, place.bytes, place.unpacked, static_cast<std::int64_t>(place.sum)})
      numbers.push_back(number);
  const auto bytes = static_cast<std::int64_t>(numbers.size() * sizeof(std::int64_t));
  std::string sealed = head_;
  sealed.append(reinterpret_cast<const char*>(numbers.data()), static_cast<std::size_t>(bytes));
  const std::uint64_t sum = page_sum(sealed.data(), sealed.size());
  write(numbers.data(), bytes);
  write(&sum, sizeof sum);
  // A page that was written to see how fast the disk is may reach behind the end.
  if (::ftruncate(descriptor_, end_) != 0 || ::rename(made_.c_str(), path_.c_str()) != 0)
    refuse_system(path_, "cannot write the file");
  ::close(std::exchange(descriptor_, -1));
}

PageReader::PageReader(std::filesystem::path path, const PageShape& shape, std::string_view key)
    : path_(std::move(path)), shape_(shape) {
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) refuse_system(path_, "cannot read the file");
  try {
    struct stat status {};
    ::fstat(descriptor_, &status);
    const std::string wanted = head_of(shape, key);
    std::string head(wanted.size(), 0);
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(4 * shape.pages()) + 1);
    const auto tail = static_cast<std::int64_t>(numbers.size() * sizeof(std::int64_t));
    if (status.st_size < std::ssize(head) + tail) refuse("the file is cut short");
    pread_all(head.data(), std::ssize(head), 0);
    if (head.substr(0, magic.size()) != magic) refuse("it is no file of bins");
    std::int64_t other = 0;
    std::memcpy(&other, head.data() + magic.size(), sizeof other);
    if (other != version) refuse(fmt::format("its version is {}, and this is version {}", other, version));
    if (head.substr(0, head.size() - key_bytes) != wanted.substr(0, wanted.size() - key_bytes))
      refuse("its rows are not those of the table");
    if (head != wanted) refuse("its bins are not those of the cuts");
    pread_all(numbers.data(), tail, status.st_size - tail);
    std::string sealed = head;
    sealed.append(reinterpret_cast<const char*>(numbers.data()), static_cast<std::size_t>(tail) - sizeof(std::int64_t));
    if (page_sum(sealed.data(), sealed.size()) != static_cast<std::uint64_t>(numbers.back()))
      refuse("its list of pages was changed");
    for (std::int64_t page = 0; page < shape.pages(); ++page) {
      const std::int64_t* const n = numbers.data() + 4 * page;
      places_.push_back({n[0], n[1], n[2], static_cast<std::uint64_t>(n[3])});
    }
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

PageReader::~PageReader() { ::close(descriptor_); }

void PageReader::refuse(std::string_view why) const { fail<FileError>("\"{}\": {}. {}", path_.string(), why, cure); }

void PageReader::pread_all(void* to, std::int64_t bytes, std::int64_t at) const {
  for (auto* into = static_cast<char*>(to); bytes > 0;) {
    const auto done = ::pread(descriptor_, into, static_cast<std::size_t>(bytes), at);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) refuse_system(path_, "cannot read the file");
    if (done == 0) refuse("the file is cut short");
    into += done;
    at += done;
    bytes -= done;
  }
}

void PageReader::read(std::int64_t number, PageRoom& room) const {
  const Place& place = places_[static_cast<std::size_t>(number)];
  const bool is_packed = place.bytes != place.unpacked;
  std::vector<char>& here = is_packed ? room.packed : room.page;
  here.resize(static_cast<std::size_t>(place.bytes));
  pread_all(here.data(), place.bytes, place.begin);
  room.page.resize(static_cast<std::size_t>(place.unpacked));
  if (page_sum(here.data(), here.size()) != place.sum || (is_packed && !unpack_page(room.packed, room.page)))
    refuse(fmt::format("page {} does not have its checksum: the file was changed", number));
}

void PageReader::keep(std::int64_t bytes) {
  most_kept_ = std::clamp<std::int64_t>(bytes / shape_.bytes_of(0), 0, shape_.pages());
}

void PageReader::each(const std::function<void(const BinPage&)>& f) const {
  const auto use = [&](std::int64_t number, const std::vector<char>& page) {
    f({reinterpret_cast<const std::uint8_t*>(page.data()), number * shape_.page_rows, shape_.rows_of(number)});
  };
  const std::int64_t pages = shape_.pages(), first = std::ssize(kept_);
  std::thread ahead;
  PagesAhead queue(first, pages);
  if (pages - first > 1) {
    try {
      ahead = std::thread([&] { queue.fill([&](std::int64_t number, PageRoom& room) { read(number, room); }); });
    } catch (const std::system_error&) {  // without a thread each page is read when it is asked for
    }
  }
  const bool is_ahead = ahead.joinable();
  try {
    for (std::int64_t number = 0; number < first; ++number) use(number, kept_[static_cast<std::size_t>(number)]);
    PageRoom own;
    for (std::int64_t number = first; number < pages; ++number) {
      PageRoom& room = is_ahead ? queue.wait_for(number) : own;
      if (!is_ahead) read(number, room);
      use(number, room.page);
      if (number < most_kept_ && number == std::ssize(kept_)) kept_.push_back(std::move(room.page));
      if (is_ahead) queue.give_back();
    }
  } catch (...) {
    queue.end();
    if (is_ahead) ahead.join();
    throw;
  }
  if (is_ahead) ahead.join();
}

}  // namespace linden

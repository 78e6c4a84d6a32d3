#include "tensor/pages.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <linden/error.hpp>
#include <mutex>
#include <utility>

namespace linden {
namespace {

/// What is kept, the oldest first.
class Kept {
 public:
  /// A block of at least `bytes`, and of not much more; or nothing.
  bool take(std::size_t bytes, Memory& memory, std::size_t& room) {
    const std::lock_guard lock(mutex_);
    std::size_t best = count_;
    for (std::size_t i = 0; i < count_; ++i)
      if (blocks_[i].room >= bytes && blocks_[i].room <= bytes + bytes / 4 &&
          (best == count_ || blocks_[i].room <= blocks_[best].room))
        best = i;
    if (best == count_) return false;
    Block block = remove(best);
    memory = std::move(block.memory);
    room = block.room;
    return true;
  }

  void keep(Memory memory, std::size_t room) {
    std::array<Memory, most_blocks> dropped;  // unmapped without the lock
    const std::lock_guard lock(mutex_);
    std::size_t drops = 0;
    while (count_ > 0 && (count_ == most_blocks || bytes_ + room > Pages::most_kept))
      dropped[drops++] = std::move(remove(0).memory);
    blocks_[count_++] = {std::move(memory), room};
    bytes_ += room;
  }

  void drop_all() {
    std::array<Block, most_blocks> dropped;
    const std::lock_guard lock(mutex_);
    dropped.swap(blocks_);
    count_ = bytes_ = 0;
  }

 private:
  static constexpr std::size_t most_blocks = 16;
  struct Block {
    Memory memory;
    std::size_t room = 0;
  };

  Block remove(std::size_t which) {
    Block block = std::move(blocks_[which]);
    std::move(blocks_.begin() + static_cast<std::ptrdiff_t>(which) + 1,
              blocks_.begin() + static_cast<std::ptrdiff_t>(count_--),
              blocks_.begin() + static_cast<std::ptrdiff_t>(which));
    bytes_ -= block.room;
    return block;
  }

  std::mutex mutex_;
  std::array<Block, most_blocks> blocks_;
  std::size_t count_ = 0, bytes_ = 0;
};

/// Never destroyed: tensors may go after everything else has gone.
Kept& kept() {
  static Kept& all = *new Kept;
  return all;
}

}  // namespace

Pages::Pages(std::size_t bytes, const char* hint) {
  const std::size_t wanted = bytes + huge_page;
  if (!kept().take(wanted, memory_, room_)) {
    try {
      memory_ = Memory(wanted, hint);
      room_ = wanted;
    } catch (const MemoryError&) {
      kept().drop_all();
      memory_ = Memory(bytes, hint);
      room_ = bytes;
      data_ = memory_.data();
      return;
    }
  }
  const auto first = reinterpret_cast<std::uintptr_t>(memory_.data());
  data_ = reinterpret_cast<void*>((first + huge_page - 1) / huge_page * huge_page);
}

Pages::~Pages() {
  if (data_ != nullptr && room_ <= most_kept) kept().keep(std::move(memory_), room_);
}

}  // namespace linden

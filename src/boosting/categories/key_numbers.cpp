#include "boosting/categories/key_numbers.hpp"

namespace linden {

// Where the key stands, or the free slot where it would.
std::size_t KeyNumbers::slot_of(std::uint64_t key) const noexcept {
  const std::size_t last = slots_.size() - 1;
  std::size_t slot = (key * 0x9E3779B97F4A7C15u) >> shift_;  // the golden ratio spreads neighbours
  while (slots_[slot] >= 0 && keys_[static_cast<std::size_t>(slots_[slot])] != key) slot = (slot + 1) & last;
  return slot;
}

std::int32_t KeyNumbers::find(std::uint64_t key) const noexcept { return slots_.empty() ? -1 : slots_[slot_of(key)]; }

std::int32_t KeyNumbers::add(std::uint64_t key) {
  if (2 * keys_.size() >= slots_.size()) widen();
  std::int32_t& number = slots_[slot_of(key)];
  if (number < 0) {
    keys_.push_back(key);
    number = static_cast<std::int32_t>(keys_.size() - 1);
  }
  return number;
}

void KeyNumbers::widen() {
  const std::size_t slots = slots_.empty() ? 16 : 2 * slots_.size();
  shift_ = slots_.empty() ? 60 : shift_ - 1;
  slots_.assign(slots, -1);
  for (std::size_t i = 0; i < keys_.size(); ++i) slots_[slot_of(keys_[i])] = static_cast<std::int32_t>(i);
}

}  // namespace linden

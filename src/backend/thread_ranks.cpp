#include "backend/thread_ranks.hpp"

#include <algorithm>
#include <cstring>

#include "base/fail.hpp"

namespace linden {

namespace {

constexpr std::uint32_t has_left = 1, one_meeting = 2;

}  // namespace

// A meeting that all have come to is one, whoever has left since.
void ThreadRanks::meet() {
  const std::uint32_t before = meetings_;
  bool is_over = false;
  if ((before & has_left) == 0) {
    if (++here_ == ranks_) {
      here_ = 0;
      meetings_ += one_meeting;
      meetings_.notify_all();
      return;
    }
    meetings_.wait(before);
    is_over = meetings_ / one_meeting != before / one_meeting;
  }
  if (!is_over) fail<FailedElsewhere>("another rank has failed");
}

void ThreadRanks::leave() noexcept {
  meetings_ |= has_left;
  meetings_.notify_all();
}

// Each rank joins a share of the values, and writes it where all of them have theirs.
template <class T, class Join>
void ThreadRanks::Seat::combine(T* values, std::int64_t count, const Join& join) {
  all_.given_[static_cast<std::size_t>(rank_)] = values;
  meet();
  const auto at = [&](int rank) {
    return static_cast<T*>(const_cast<void*>(all_.given_[static_cast<std::size_t>(rank)]));
  };
  const std::int64_t ranks = all_.ranks_, end = count * (rank_ + 1) / ranks;
  for (std::int64_t i = count * rank_ / ranks; i < end; ++i) {
    T whole = at(0)[i];
    for (int rank = 1; rank < ranks; ++rank) whole = join(whole, at(rank)[i]);
    for (int rank = 0; rank < ranks; ++rank) at(rank)[i] = whole;
  }
  meet();
}

void ThreadRanks::Seat::sum(std::int64_t* values, std::int64_t count) {
  combine(values, count, [](std::int64_t a, std::int64_t b) { return a + b; });
}

void ThreadRanks::Seat::max(double* values, std::int64_t count) {
  combine(values, count, [](double a, double b) { return std::max(a, b); });
}

void ThreadRanks::Seat::gather(const void* mine, std::int64_t bytes, void* all) {
  all_.given_[static_cast<std::size_t>(rank_)] = mine;
  meet();
  const auto size = static_cast<std::size_t>(bytes);
  if (size > 0)
    for (std::size_t rank = 0; rank < all_.given_.size(); ++rank)
      std::memcpy(static_cast<char*>(all) + rank * size, all_.given_[rank], size);
  meet();
}

}  // namespace linden

// Ranks for tests: threads of one process, each with a part of the rows.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "backend/host_comms.hpp"

namespace linden {

/// Where the ranks of a test meet. With `turns` one of them works at a time, and the next one takes over where it waits
/// for the others: for the executor, which knows one host thread.
class Meeting {
 public:
  Meeting(int ranks, bool turns) : ranks_(ranks), turns_(turns) {}

  /// A rank's Communicator: rank after rank adds to what is there, the last one ends it, and all take the result.
  class Seat : public Communicator {
   public:
    Seat(Meeting& meeting, int rank) : meeting_(meeting), rank_(rank) {}
    int rank() const override { return rank_; }
    int size() const override { return meeting_.ranks_; }
    void sum(std::int64_t* values, std::int64_t count) override {
      combine(values, count, meeting_.sums_, [](std::int64_t a, std::int64_t b) { return a + b; });
    }
    void max(double* values, std::int64_t count) override {
      combine(values, count, meeting_.maxima_, [](double a, double b) { return std::max(a, b); });
    }
    void gather(const void* mine, std::int64_t bytes, void* all) override {
      const auto size = static_cast<std::size_t>(bytes), whole = size * static_cast<std::size_t>(meeting_.ranks_);
      meeting_.meet([&](bool first) {
        if (first) meeting_.gathered_.assign(whole, 0);
        if (meeting_.gathered_.size() != whole) throw std::logic_error("the ranks' counts differ");
        std::memcpy(meeting_.gathered_.data() + static_cast<std::size_t>(rank_) * size, mine, size);
      });
      meeting_.meet([&](bool) { std::memcpy(all, meeting_.gathered_.data(), whole); });
    }
    // What is not the rank's own is spoilt, as an engine may leave it.
    void reduce_scatter(std::int64_t* values, const std::int64_t* counts) override {
      std::int64_t all = 0, first = 0;
      for (int part = 0; part < size(); all += counts[part++])
        if (part == rank_) first = all;
      std::vector<std::int64_t> sums(values, values + all);
      sum(sums.data(), all);
      std::fill_n(values, all, std::int64_t{-77});
      std::copy_n(sums.begin() + first, counts[rank_], values + first);
    }

   private:
    template <class T, class Join>
    void combine(T* values, std::int64_t count, std::vector<T>& all, const Join& join) {
      const std::vector<T> mine(values, values + count);
      meeting_.meet([&](bool first) {
        if (first) all = mine;
        if (all.size() != mine.size()) throw std::logic_error("the ranks' counts differ");
        for (std::size_t i = 0; i < mine.size() && !first; ++i) all[i] = join(all[i], mine[i]);
      });
      meeting_.meet([&](bool) { std::ranges::copy(all, values); });
    }
    Meeting& meeting_;
    const int rank_;
  };

  /// The same as kernels see it.
  struct SeatOf {
    Seat seat;
  };
  class Member : private SeatOf, public HostComms {
   public:
    Member(Meeting& meeting, const MemoryKernels& memory, int rank)
        : SeatOf{Seat(meeting, rank)}, HostComms(seat, memory) {}
  };

  /// Runs work(rank) on a thread for each rank; throws what one of them threw.
  template <class Work>
  void run(const Work& work) {
    std::vector<std::thread> threads;
    for (int rank = 0; rank < ranks_; ++rank)
      threads.emplace_back([&, rank] {
        take_turn(rank);
        try {
          work(rank);
        } catch (...) {
          const std::lock_guard lock(mutex_);
          if (!error_) error_ = std::current_exception();
        }
        end_turn();
      });
    for (std::thread& thread : threads) thread.join();
    if (error_) std::rethrow_exception(error_);
  }

 private:
  // Calls f once for each rank, one at a time, and waits until it was called for all.
  template <class F>
  void meet(const F& f) {
    std::unique_lock lock(mutex_);
    f(here_ == 0);
    const int meeting = meetings_;
    if (++here_ == ranks_) {
      here_ = 0;
      ++meetings_;
    }
    const int mine = turn_;
    if (turns_) turn_ = (turn_ + 1) % ranks_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return error_ || (meetings_ != meeting && (!turns_ || turn_ == mine)); });
    if (error_) throw std::logic_error("another rank has failed");
  }
  void take_turn(int rank) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return error_ || !turns_ || turn_ == rank; });
  }
  void end_turn() {
    const std::lock_guard lock(mutex_);
    if (turns_) turn_ = (turn_ + 1) % ranks_;
    changed_.notify_all();
  }

  const int ranks_;
  const bool turns_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int here_ = 0, meetings_ = 0, turn_ = 0;
  std::vector<std::int64_t> sums_;
  std::vector<double> maxima_;
  std::vector<char> gathered_;
  std::exception_ptr error_;
};

}  // namespace linden

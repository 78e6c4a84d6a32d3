// ThreadRanks: ranks that are threads of one process, as those that drive several GPUs of one machine.
#pragma once

#include <atomic>
#include <cstdint>
#include <linden/communicator.hpp>
#include <linden/error.hpp>
#include <vector>

namespace linden {

/// What a rank throws that cannot go on because another has failed: that one's error says more.
class FailedElsewhere : public DataError {
 public:
  using DataError::DataError;
};

class ThreadRanks {
 public:
  explicit ThreadRanks(int ranks) : ranks_(ranks), given_(static_cast<std::size_t>(ranks)) {}
  ThreadRanks(const ThreadRanks&) = delete;
  ThreadRanks& operator=(const ThreadRanks&) = delete;

  /// What one of the threads calls. Where a rank has left, all that others call throws FailedElsewhere.
  class Seat final : public Communicator {
   public:
    Seat(ThreadRanks& all, int rank) noexcept : all_(all), rank_(rank) {}

    int rank() const override { return rank_; }
    int size() const override { return all_.ranks_; }
    void sum(std::int64_t* values, std::int64_t count) override;
    void max(double* values, std::int64_t count) override;
    void gather(const void* mine, std::int64_t bytes, void* all) override;

    /// Returns when all ranks have come here.
    void meet() { all_.meet(); }
    /// This rank comes no more.
    void leave() noexcept { all_.leave(); }

   private:
    template <class T, class Join>
    void combine(T* values, std::int64_t count, const Join& join);

    ThreadRanks& all_;
    int rank_;
  };

 private:
  void meet();
  void leave() noexcept;

  const int ranks_;
  std::vector<const void*> given_;  // by rank: the values of the call that is under way
  std::atomic<int> here_ = 0;
  std::atomic<std::uint32_t> meetings_ = 0;  // twice as many as there were, and one more when a rank has left
};

}  // namespace linden

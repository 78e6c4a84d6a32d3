// Ranks over MPI: a library of its own, linden::mpi, for MPI has no ABI in common.
//
//   find_package(linden REQUIRED COMPONENTS mpi)
//   target_link_libraries(program PRIVATE linden::linden linden::mpi)
//
//   mpi::Communicator world;  // mpirun -n 4 program, srun program
//   auto mine = Dataset::from_csv("rows.csv", {.label = "y", .part = {world.rank(), world.size()}});
//   BoostedModel model = fit_boosted(mine, config, {.ranks = world});
//   if (world.rank() == 0) model.save("model.json");
#pragma once

#include <linden/communicator.hpp>
#include <memory>
#include <string>

namespace linden::mpi {

/// All processes that MPI has started together, or some of them. Calls MPI_Init_thread where nobody has, and then
/// MPI_Finalize when the program ends; all is asked of MPI on the thread that calls (MPI_THREAD_FUNNELED). Messages are
/// apart from those of the rest of the program. Functions throw linden::Error with MPI's own words where MPI fails.
///
/// A rank that does not come to a call within the timeout hangs, or is gone: all who wait for it throw linden::Error
/// naming it, and a program that ends then ends all ranks (MPI_Abort). A rank that is killed is mostly noticed by the
/// launcher first, which ends the others: mpirun of Open MPI and srun say which it was, mpiexec of MPICH its process.
class LINDEN_API Communicator final : public linden::Communicator {
 public:
  /// MPI_COMM_WORLD.
  Communicator();
  /// The processes of a communicator, by its handle in Fortran: MPI_Comm_c2f(comm). All of them make theirs together.
  explicit Communicator(int handle);
  ~Communicator() override;
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;

  int rank() const override;
  int size() const override;
  void sum(std::int64_t* values, std::int64_t count) override;
  void max(double* values, std::int64_t count) override;
  void gather(const void* mine, std::int64_t bytes, void* all) override;
  void reduce_scatter(std::int64_t* values, const std::int64_t* counts) override;

  /// How long to wait for a rank that does not come, in seconds, the same on all ranks; 0: for ever, by calls that
  /// block, which may be a few hundredths quicker. 300 at first. Ranks are late when they have far more rows to read
  /// than others, or when rank 0 judges a model for long. Throws ArgumentError unless >= 0.
  void set_timeout(double seconds);

  /// The words of the error that was thrown for a rank that did not come; empty: all came.
  const std::string& failure() const noexcept;
  /// Whether this is the first of the ranks that came: the one to say so.
  bool speaks() const noexcept;

  /// For a rank that cannot go on: waits until all have come here, at most for `seconds`, and returns true; or ends the
  /// program on all ranks with this code (MPI_Abort), for others may wait for what never comes.
  bool end_together(int code, double seconds = 5) noexcept;

 private:
  struct State;
  void combine(void* values, std::int64_t count, bool is_sum);
  std::unique_ptr<State> state_;
};

}  // namespace linden::mpi

// Communicator: how the machines of one fit reach each other.
//
// A fit may have its rows on several machines, or in several processes of one: each of them is a rank, has a part of
// the rows, and calls the same function with the same configuration (FitOptions::ranks, LinearOptions::ranks). What
// they tell each other goes through a Communicator. linden::mpi (<linden/mpi.hpp>) is one over MPI; whoever has another
// engine (Spark, Dask, Ray, sockets) writes these five functions over it. examples/09_sockets.cpp does that.
//
//   mpi::Communicator world;
//   BoostedModel model = fit_boosted(my_rows, config, {.ranks = world});  // the same bytes on every rank
#pragma once

#include <cstdint>
#include <linden/export.hpp>

namespace linden {

/// The ranks of a fit, as one of them sees them.
///
/// A fit calls sum, max and gather on every rank in the same order and with the same counts, from the thread that
/// called the fit, one at a time; none returns before every rank has come to it. All values lie in the memory of the
/// host, also where rows are on a GPU. Ranks have one byte order. A function that cannot do its work throws, and what
/// it throws leaves the fit; the other ranks wait until their own call fails, so that an engine should end them, or
/// have a limit of time. All functions must be done on the same numbers everywhere: each rank gets the same bytes.
class LINDEN_API Communicator {
 public:
  virtual ~Communicator() = default;

  /// Its number, from 0 on: the order of ranks is that of their rows.
  virtual int rank() const = 0;
  /// How many there are; does not change while a fit runs.
  virtual int size() const = 0;
  /// Each of these values becomes the sum of what it is on all ranks. No sum overflows.
  virtual void sum(std::int64_t* values, std::int64_t count) = 0;
  /// Each of these values, none of which is NaN, becomes the largest of what it is on all ranks.
  virtual void max(double* values, std::int64_t count) = 0;
  /// all [size * bytes]: these bytes of every rank, in the order of ranks. Nothing but copies are made of them.
  virtual void gather(const void* mine, std::int64_t bytes, void* all) = 0;
};

/// No communicator, or one that outlives the call: {.ranks = world}.
class CommunicatorRef {
 public:
  CommunicatorRef() noexcept = default;
  CommunicatorRef(Communicator& ranks) noexcept : ranks_(&ranks) {}

  /// Null for none.
  Communicator* get() const noexcept { return ranks_; }

 private:
  Communicator* ranks_ = nullptr;
};

}  // namespace linden
